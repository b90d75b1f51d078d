// Makes documents: mostly valid ones, whose answers are compared. A response key always stands for the same field with
// the same arguments, so that repeated keys merge; where types still conflict, both sides must say so.

import { getNamedType, isEnumType, isInputObjectType, isInterfaceType, isLeafType, isListType, isNonNullType, isObjectType } from 'graphql';

import { COMPUTED } from './reference.mjs';
import { respaced } from './respace.mjs';

const DEPTH = 6;
const LANGUAGES = ['EN', 'ZH', 'RU'];
const DESCRIPTIONS = ['"text"', '""', '"$v: Int, { # \\" \\u0041"', '"""block, "quoted" """', '"""\n  é\n  \\""" {\n"""', '"淄博, :"'];

export class Generator {
  constructor(reference, random) {
    this.reference = reference;
    this.random = random;
    this.schema = reference.schema;
    this.ids = [...reference.nodes.keys()];
    this.byType = Map.groupBy
      ? Map.groupBy(reference.nodes.values(), (n) => n.__typename)
      : groupBy(reference.nodes.values());
  }

  // A request with its query, variables and operation name.
  request() {
    const { random } = this;
    this.fragments = [];
    this.definitions = [];
    this.values = {};
    this.rows = 1;
    this.left = 60;
    const query = this.schema.getQueryType();
    const body = this.selection(query, 0);
    const named = random.chance(0.4);
    this.definitions = this.definitions.map((d) => `${this.description(0.05)}${d}`);
    const variables = this.definitions.length > 0 ? `(${this.definitions.join(random.chance(0.5) ? ', ' : ' ')})` : '';
    const head = named ? `query Main${variables}` : variables || random.chance(0.3) ? `query ${variables}` : '';
    // The short form, which begins with a brace, takes none.
    const described = head.startsWith('query') ? this.description(0.15) : '';
    const parts = [`${described}${head} ${body}`, ...this.fragments.map((f) => `${this.description(0.1)}${f.text}`)];
    const request = { query: '', variables: this.values };
    if (named && random.chance(0.3)) {
      parts.push(random.pick(['query Other { __typename }', 'query Other { service { version } }']));
      request.operationName = 'Main';
    } else if (named && random.chance(0.3)) {
      request.operationName = 'Main';
    }
    request.query = random.shuffled(parts).join(random.pick(['\n', ' ', '\n# note\n', ',,\n']));
    if (random.chance(0.2)) request.query = respaced(request.query, random);
    if (Object.keys(this.values).length === 0 && random.chance(0.5)) delete request.variables;
    return request;
  }

  description(probability) {
    const { random } = this;
    return random.chance(probability) ? `${random.pick(DESCRIPTIONS)}${random.pick([' ', '\n', ', '])}` : '';
  }

  // ---- selections

  selection(type, depth) {
    const { random } = this;
    const picks = type.name === 'Query' ? 1 + random.below(4) : 1 + random.below(5);
    const out = [];
    for (let i = 0; i < picks; i += 1) {
      const text = this.item(type, depth);
      if (!text) continue;
      out.push(text);
      // The same again, or the same field with another selection: both must merge.
      if (random.chance(0.08) && this.left > 0) out.push(text);
    }
    if (out.length === 0) out.push('__typename');
    return `{ ${out.join(random.pick([' ', ', ', '\n']))} }`;
  }

  item(type, depth) {
    const { random } = this;
    this.left -= 1;
    const dice = random.next();
    if (dice < 0.1) return `${this.alias('__typename', 0.2)}${this.directive()}`;
    if (dice < 0.2 && depth > 0) return this.inline(type, depth);
    if (dice < 0.3 && this.left > 0) return this.spread(type, depth);
    return this.field(type, depth);
  }

  // `name`, or an alias that is always the same for it.
  alias(name, probability) {
    return this.random.chance(probability) ? `${this.random.pick(['a', 'b', '_'])}_${name}: ${name}` : name;
  }

  field(type, depth) {
    const { random } = this;
    let fields = Object.values(type.getFields()).filter((f) => !COMPUTED.includes(f.name));
    if (depth >= DEPTH || this.left <= 0) fields = fields.filter((f) => isLeafType(getNamedType(f.type)));
    if (type.name === 'Query') {
      // Half of the time something with a key, which Query has many of.
      fields = random.chance(0.1) ? [] : fields;
      if (fields.length === 0) return random.chance(0.6) ? this.introspection() : '__typename';
    }
    if (fields.length === 0) return `__typename${this.directive()}`;
    const field = random.pick(fields);
    const inner = getNamedType(field.type);
    const [key, args, page] = this.argumentsOf(field, type.name === 'Query');
    if (isLeafType(inner)) {
      const name = key === field.name && !args ? this.alias(field.name, 0.2) : `${key}: ${field.name}${args}`;
      return `${args === '' || key !== field.name ? name : `${field.name}${args}`}${this.directive()}`;
    }
    const before = this.rows;
    this.rows *= page;
    const head = key === field.name ? `${field.name}${args}` : `${key}: ${field.name}${args}`;
    let text = `${head}${this.directive()} ${this.selection(inner, depth + 1)}`;
    if (random.chance(0.12) && this.left > 0) {
      text += ` ${head}${this.directive()} ${this.selection(inner, depth + 1)}`;
    }
    this.rows = before;
    return text;
  }

  // Response key, arguments and expected rows.
  argumentsOf(field, isRoot) {
    const { random } = this;
    if (field.name === '__typename') return [field.name, '', 1];
    if (getNamedType(field.type).name.endsWith('Connection')) return this.pageArguments(field);
    if (field.name === 'name' && field.args.length > 0) {
      const dice = random.next();
      if (dice < 0.4) return ['name', '', 1];
      if (dice < 0.75) {
        const language = random.pick(LANGUAGES);
        return [`name_${language}`, `(lang: ${language})`, 1];
      }
      const variable = this.variable('Language', () => random.pick(LANGUAGES));
      return [`name_${variable}`, `(lang: $${variable})`, 1];
    }
    if (!isRoot) {
      return field.args.length > 0 && random.chance(0.1) ? [`${field.name}_all`, '(filter: null)', 4] : [field.name, '', 2];
    }
    return this.rootArguments(field);
  }

  pageArguments(field) {
    const { random } = this;
    const failing = random.chance(0.04) ? this.nullInside(field) : null;
    if (failing) return failing;
    const dice = random.next();
    if (dice < 0.15 && this.rows < 20) return [field.name, '', 20];
    if (dice < 0.7) {
      const first = random.below(this.rows < 30 ? 6 : 3);
      return [`${field.name}_${first}`, `(first: ${first})`, Math.max(first, 1)];
    }
    if (dice < 0.8 && this.rows < 20) {
      return [`${field.name}_nulls`, '(filter: null, first: null, after: null, last: null, before: null, atRevision: null)', 20];
    }
    const variable = this.variable('Int', () => random.below(4));
    return [`${field.name}_${variable}`, `(first: $${variable})`, this.values[variable] == null ? 20 : 3];
  }

  // An argument that holds a null deep inside, so that the field fails: nothing is filtered or ordered in the reference.
  nullInside(field) {
    const { random } = this;
    const order = field.args.find((a) => a.name === 'orderBy');
    const filter = field.args.find((a) => a.name === 'filter');
    const lists = Object.values(filter?.type.getFields() ?? {}).filter((f) => getNamedType(f.type).getFields?.().in);
    if (order && (lists.length === 0 || random.chance(0.5))) {
      const item = `{direction: $${this.nullVariable('Direction', 'ASC')}}`;
      return this.failing(field, `orderBy: ${random.chance(0.5) ? item : `[${item}]`}`);
    }
    if (lists.length === 0) return null;
    const list = random.pick(lists);
    const type = getNamedType(getNamedType(list.type).getFields().in.type);
    const value = isEnumType(type) ? type.getValues()[0].name : { Int: 5, Float: 1.5, Boolean: true }[type.name] ?? '2023';
    const written = `$${this.nullVariable(type.name, literal(value, type))}`;
    return this.failing(field, `filter: {not: {${list.name}: {in: [${random.chance(0.5) ? written : `${literal(value, type)}, ${written}`}]}}}`);
  }

  failing(field, argument) {
    return [`${field.name}_${hash(argument)}`, `(${argument})`, 1];
  }

  nullVariable(type, value) {
    const name = `v${this.definitions.length}`;
    this.definitions.push(`$${name}: ${type} = ${value}`);
    this.values[name] = null;
    return name;
  }

  rootArguments(field) {
    const { random } = this;
    if (field.args.length === 0) return [field.name, '', 1];
    const unknown = random.chance(0.15);
    const key = `${field.name}_k${random.below(3)}`;
    const values = {};
    const nodes = this.byType.get(getNamedType(field.type).name) ?? [];
    const node = unknown || nodes.length === 0 ? null : random.pick(nodes);
    const id = () => (random.chance(0.2) ? random.pick(['nothing', 'UmVnaW9uOlhY', '', '5', 'Ü']) : random.pick(this.ids));
    switch (field.name) {
      case 'node':
        values.id = id();
        break;
      case 'nodes':
        values.ids = Array.from({ length: random.below(4) }, id);
        break;
      case 'region': {
        const code = node && random.chance(0.3) ? node.codes.find((c) => ['ISO_ALPHA2', 'ISO_ALPHA3', 'ISO_NUMERIC'].includes(c.scheme)) : null;
        values.code = code?.code ?? node?.code ?? 'XX-?';
        if (code) values.scheme = code.scheme;
        break;
      }
      case 'sector':
        values.classification = node ? this.reference.nodes.get(node.classification.id).code : 'HS2022';
        values.code = node?.code ?? '?';
        break;
      default: {
        const name = field.args[0].name;
        values[name] = node?.[name] ?? 'no-such-thing';
      }
    }
    const written = [];
    for (const argument of field.args) {
      if (!(argument.name in values)) continue;
      const value = values[argument.name];
      if (Array.isArray(value) && random.chance(0.3)) {
        const items = value.map((v) => (random.chance(0.5) ? `$${this.variable('ID', () => v, true)}` : JSON.stringify(v)));
        written.push(`${argument.name}: [${items.join(' ')}]`);
      } else if (random.chance(0.35)) {
        const variable = this.variable(String(argument.type).replace(/!$/, ''), () => value, true);
        written.push(`${argument.name}: $${variable}`);
      } else {
        written.push(`${argument.name}: ${literal(value, getNamedType(argument.type))}`);
      }
    }
    return [`${key}_${hash(written.join())}`, `(${random.shuffled(written).join(', ')})`, 1];
  }

  // ---- fragments

  condition(type) {
    const { random } = this;
    const some = [type.name];
    if (isInterfaceType(type)) {
      some.push(...this.schema.getPossibleTypes(type).map((t) => t.name));
      some.push(...this.schema.getImplementations(type).interfaces.map((t) => t.name));
    }
    if (isInterfaceType(type) || isObjectType(type)) some.push(...type.getInterfaces().map((t) => t.name));
    return random.pick(some);
  }

  inline(type, depth) {
    const on = this.random.chance(0.2) ? null : this.condition(type);
    const inner = on ? this.schema.getType(on) : type;
    return `...${on ? ` on ${on}` : ''}${this.directive()} ${this.selection(inner, depth + 1)}`;
  }

  spread(type, depth) {
    const { random } = this;
    const fitting = this.fragments.filter((f) => f.on === type.name);
    if (fitting.length > 0 && random.chance(0.5)) return `...${random.pick(fitting).name}${this.directive()}`;
    const on = type.name === 'Query' ? 'Query' : this.condition(type);
    const text = this.selection(this.schema.getType(on), depth + 1);
    const name = `F${this.fragments.length}`;
    this.fragments.push({ name, on, text: `fragment ${name} on ${on} ${text}` });
    return `...${name}${this.directive()}`;
  }

  // ---- directives and variables

  directive() {
    const { random } = this;
    if (!random.chance(0.12)) return '';
    const one = () => {
      const name = random.pick(['skip', 'include']);
      const wanted = random.chance(0.75) === (name === 'include');
      const value = random.chance(0.5) ? String(wanted) : `$${this.variable('Boolean', () => wanted)}`;
      return [name, `@${name}(if: ${value})`];
    };
    const [first, text] = one();
    if (!random.chance(0.15)) return ` ${text}`;
    const [second, other] = one();
    return first === second ? ` ${text}` : ` ${text} ${other}`;
  }

  // Declares a variable, in one of the ways in which it can get a value.
  variable(type, value, required = false) {
    const { random } = this;
    const name = `v${this.definitions.length}`;
    const inner = this.schema.getType(type.replace(/[[\]!]/g, ''));
    const dice = random.next();
    // Where null is not allowed a nullable variable needs a default, and must not get null.
    const strict = required || type === 'Boolean' || type === 'Language';
    if (dice < 0.3) {
      this.definitions.push(`$${name}: ${type}!`);
      this.values[name] = value();
    } else if (dice < 0.45) {
      this.definitions.push(`$${name}: ${type}! = ${literal(value(), inner)}`);
      if (random.chance(0.5)) this.values[name] = value();
    } else if (dice < 0.5 && type === 'Language') {
      // The argument has a default, so that the variable need not.
      this.definitions.push(`$${name}: ${type}${random.chance(0.5) ? ' = null' : ''}`);
      if (random.chance(0.5)) this.values[name] = value();
    } else if (dice < 0.75 || strict) {
      this.definitions.push(`$${name}: ${type} = ${literal(value(), inner)}`);
      if (random.chance(0.5)) this.values[name] = strict || random.chance(0.7) ? value() : null;
      // Null where a value must stand: an error of the field in which it is used.
      if (strict && random.chance(0.1)) this.values[name] = null;
    } else {
      this.definitions.push(`$${name}: ${type}${random.chance(0.2) ? ' = null' : ''}`);
      const way = random.below(3);
      if (way === 1) this.values[name] = value();
      if (way === 2) this.values[name] = null;
    }
    return name;
  }

  // ---- introspection

  introspection() {
    const { random } = this;
    const names = Object.keys(this.schema.getTypeMap()).filter((n) => !n.startsWith('__'));
    const name = random.chance(0.1) ? 'Nothing' : random.pick(names);
    const type = () => random.pick(['kind name', 'name __typename', 'kind name ofType { kind name ofType { name kind } }']);
    const oneOf = (texts) => {
      const text = random.pick(texts);
      return typeof text === 'function' ? text() : text;
    };
    const part = () =>
      oneOf([
        'kind',
        'name',
        '__typename',
        'description',
        `fields { name description type { ${type()} } }`,
        `fields { name args { name defaultValue type { ${type()} } } isDeprecated deprecationReason }`,
        'interfaces { name }',
        'enumValues { name description isDeprecated }',
        `inputFields { name type { ${type()} } defaultValue }`,
        'possibleTypes { name }',
        'ofType { name }',
        'specifiedByURL isOneOf',
        () => `fields { type { ${this.alias('isOneOf', 0.5)}${this.directive()} } }`,
        () => `kind${this.directive()} fields${this.directive()} { name${this.directive()} }`,
        () => `...${this.directive()} { inputFields { name${this.directive()} } }`,
        () => {
          const variable = this.variable('Boolean', () => random.chance(0.5));
          return `fields_${variable}: fields(includeDeprecated: $${variable}) { name }`;
        },
      ]);
    const schema = () => oneOf([
      'queryType { name kind }',
      'mutationType { name } subscriptionType { name }',
      'queryType { ...on __Type { fields { name } } } __typename',
      'description',
      // Their order is not defined.
      () => `types${this.directive()} { __typename${this.directive()} }`,
      () => `queryType { fields { name${this.directive()} } }`,
    ]);
    if (random.chance(0.25)) return `${this.alias('__schema', 0.3)} { ${schema()} }`;
    const parts = Array.from({ length: 1 + random.below(4) }, part).join(' ');
    const key = random.chance(0.7) ? `type_${name}: ` : `type_${name}_2: `;
    if (random.chance(0.3)) {
      const variable = this.variable('String', () => name, true);
      return `type_${variable}: __type(name: $${variable}) { ${parts} }`;
    }
    return `${key}__type(name: "${name}") { ${parts} }`;
  }

  // ---- inputs: only the verdict is compared

  // A request with random input objects, right or nearly right, as literals or in variables.
  inputRequest() {
    const { random } = this;
    this.wrongs = 0;
    this.definitions = [];
    this.values = {};
    const roots = Object.values(this.schema.getQueryType().getFields()).filter((f) => f.args.some((a) => a.name === 'filter'));
    const field = random.pick(roots);
    const argument = random.pick(field.args.filter((a) => ['filter', 'orderBy'].includes(a.name)));
    const way = random.next();
    this.referring = way < 0.4;
    const value = this.input(argument.type, 0);
    this.referring = false;
    if (way < 0.7) {
      const head = this.definitions.length > 0 ? `query(${this.definitions.join(' ')}) ` : '';
      const query = `${head}{ ${field.name}(first: 1, ${argument.name}: ${write(value)}) { nodes { __typename } } }`;
      return { query, variables: this.values };
    }
    const query = `query($v: ${argument.type}) { ${field.name}(first: 1, ${argument.name}: $v) { nodes { __typename } } }`;
    return { query, variables: { v: plainValue(value) } };
  }

  // A variable somewhere inside, of the type of its place or nearly so.
  referTo(type) {
    const { random } = this;
    const name = `v${this.definitions.length}`;
    const plain = String(type).replace(/!$/, '');
    const declared = random.pick([plain, plain, plain, `${plain}!`, `[${plain}]`, `[${plain}!]!`, plain.replace(/[[\]!]/g, ''), 'Boolean']);
    this.referring = false;
    const value = plainValue(this.input(type, 1));
    this.referring = true;
    const base = getNamedType(type);
    const initial = random.chance(0.25) ? 'null' : isInputObjectType(base) ? null : literal(value, base);
    this.definitions.push(`$${name}: ${declared}${random.chance(0.5) && initial ? ` = ${initial}` : ''}`);
    if (random.chance(0.6)) this.values[name] = random.chance(0.3) ? null : value;
    return new Word(`$${name}`);
  }

  input(type, depth) {
    const { random } = this;
    if (this.referring && depth > 0 && random.chance(0.25)) return this.referTo(type);
    if (isNonNullType(type)) return this.input(type.ofType, depth);
    if (this.wrongs === 0 && random.chance(0.06)) {
      this.wrongs += 1;
      return random.pick([null, 'text', 5, 1.5, true, { nope: 1 }, [1], [[]], new Word('WORD'), 3e9]);
    }
    if (isListType(type)) {
      if (random.chance(0.2)) return this.input(type.ofType, depth);
      return Array.from({ length: random.below(3) }, () => this.input(type.ofType, depth + 1));
    }
    if (isInputObjectType(type)) {
      const out = {};
      const fields = Object.values(type.getFields());
      for (const field of fields) {
        const required = isNonNullType(field.type) && field.defaultValue === undefined;
        const wanted = required ? !random.chance(0.05) : random.chance(depth > 2 ? 0 : 2 / fields.length);
        if (wanted) out[field.name] = this.input(field.type, depth + 1);
      }
      return out;
    }
    if (isEnumType(type)) return new Word(random.pick(type.getValues()).name);
    switch (type.name) {
      case 'Int':
        return random.below(3000);
      case 'Float':
        return random.pick([1, 1.5, -2e3]);
      case 'Boolean':
        return random.chance(0.5);
      case 'ID':
        return random.pick(['x', 7]);
      default:
        return random.pick(['2023', 'CN', 'x']);
    }
  }
}

// An enum value or a variable, which a literal writes without quotes.
class Word {
  constructor(name) {
    this.name = name;
  }
}

function write(value) {
  if (value instanceof Word) return value.name;
  if (Array.isArray(value)) return `[${value.map(write).join(', ')}]`;
  if (value && typeof value === 'object') {
    return `{${Object.entries(value).map(([k, v]) => `${k}: ${write(v)}`).join(', ')}}`;
  }
  return JSON.stringify(value);
}

function plainValue(value) {
  if (value instanceof Word) return value.name;
  if (Array.isArray(value)) return value.map(plainValue);
  if (value && typeof value === 'object') {
    return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, plainValue(v)]));
  }
  return value;
}

function literal(value, type) {
  if (Array.isArray(value)) return `[${value.map((v) => literal(v, type)).join(', ')}]`;
  return isEnumType(type) ? value : JSON.stringify(value);
}

function hash(text) {
  let out = 7;
  for (const c of text) out = (Math.imul(out, 31) + c.codePointAt(0)) >>> 0;
  return out.toString(36);
}

function groupBy(nodes) {
  const out = new Map();
  for (const node of nodes) {
    out.set(node.__typename, [...(out.get(node.__typename) ?? []), node]);
  }
  return out;
}
