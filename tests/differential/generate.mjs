// Documents from a seed: nested selections, aliases, keys that must merge, fragments on objects and interfaces,
// directives with literals and variables. And ways to break a document.
import { getNamedType, isInterfaceType } from 'graphql';
import { LANGUAGES, comparable, isConnection, isLeaf } from './world.mjs';

const ROOTS = {
  events: '', organisations: '', companies: '', participations: '', agreements: '', tradeFigures: '', datasets: '', service: '',
};
const KEYED = {
  region: [['code', ['CN', 'RU', 'RU-BU', 'CN-370300', 'NOWHERE']]],
  event: [['slug', ['russia-zibo-conference-2024-08', 'none']]],
  organisation: [['slug', ['ccpit-zibo', 'zibo-customs']]],
  dataset: [['code', ['ZIBO-CUSTOMS']]],
};

export class Generator {
  constructor(schema, ids, seed) {
    this.schema = schema;
    this.ids = ids;
    this.state = BigInt(seed) * 7919n + 17n;
  }

  next(below) {
    this.state = (this.state * 6364136223846793005n + 1442695040888963407n) & 0xffffffffffffffffn;
    return Number((this.state >> 33n) % BigInt(below));
  }

  pick(list) {
    return list[this.next(list.length)];
  }

  document() {
    this.fragments = [];
    this.variables = {};
    this.declared = [];
    const query = this.schema.getQueryType();
    const parts = [];
    for (let i = 0; i <= this.next(3); i += 1) parts.push(this.root(query, i));
    const declared = this.declared.length > 0 ? `(${this.declared.join(', ')})` : '';
    return { query: `query Q${declared} { ${parts.join(' ')} }\n${this.fragments.join('\n')}`, variables: this.variables };
  }

  root(query, number) {
    const kind = this.next(8);
    if (kind === 0) return `r${number}: __typename`;
    if (kind === 1) return `r${number}: __type(name: "${this.pick(['Money', 'Event', 'Nothing', 'Flow'])}") { name kind fields { name } enumValues { name } }`;
    if (kind === 2) {
      const variable = this.variable('ID!', this.pick([...this.ids.slice(0, 40), 'bm9uZQ']));
      return `r${number}: node(id: ${variable}) { ${this.selection(this.schema.getType('Node'), 3)} }`;
    }
    if (kind === 3) {
      const name = this.pick(Object.keys(KEYED));
      const [[argument, values]] = KEYED[name];
      const value = this.pick(values);
      const given = this.next(2) === 0 ? JSON.stringify(value) : this.variable('String!', value);
      return `r${number}: ${name}(${argument}: ${given}) { ${this.selection(getNamedType(query.getFields()[name].type), 3)} }`;
    }
    const name = this.pick(Object.keys(ROOTS));
    const type = getNamedType(query.getFields()[name].type);
    return `r${number}: ${name} { ${this.selection(type, 4)} }`;
  }

  variable(type, value) {
    const name = `v${this.declared.length}`;
    if (this.next(4) === 0 && !type.startsWith('ID')) this.declared.push(`$${name}: ${type} = ${JSON.stringify(value)}`);
    else {
      this.declared.push(`$${name}: ${type}`);
      this.variables[name] = value;
    }
    return `$${name}`;
  }

  directive() {
    if (this.next(6) > 0) return '';
    const value = this.next(2) === 0;
    const given = this.next(2) === 0 ? String(value) : this.variable('Boolean!', value);
    return ` @${this.pick(['skip', 'include'])}(if: ${given})`;
  }

  selection(type, depth) {
    const parts = [];
    const fields = this.fields(type).filter((field) => depth > 0 || isLeaf(field.type));
    for (let i = 0; i <= 1 + this.next(4); i += 1) {
      const kind = this.next(10);
      if (kind === 0) parts.push(`__typename${this.directive()}`);
      else if (kind === 1 && depth > 0) parts.push(this.fragment(type, depth));
      else if (fields.length > 0) parts.push(this.field(this.pick(fields), depth));
      else parts.push(this.fragment(type, depth));
    }
    return parts.join(' ');
  }

  fields(type) {
    if (isInterfaceType(type)) return type.name === 'Node' ? Object.values(type.getFields()) : Object.values(type.getFields()).filter((f) => isLeaf(f.type) || !isConnection(f.type));
    return comparable(type);
  }

  field(field, depth) {
    let alias = '';
    let args = '';
    // A key belongs to one field and its arguments, so that repeated keys merge.
    if (field.name === 'name' && field.args.length > 0) {
      const lang = this.pick(LANGUAGES);
      const short = this.next(3);
      if (short > 0 || lang !== 'EN') {
        args = `(lang: ${lang})`;
        alias = `name${lang}: `;
      }
    } else if (this.next(5) === 0) alias = `${field.name}Again: `;
    const sub = isLeaf(field.type) ? '' : ` { ${this.selection(getNamedType(field.type), depth - 1)} }`;
    return `${alias}${field.name}${args}${this.directive()}${sub}`;
  }

  fragment(type, depth) {
    const concrete = isInterfaceType(type) ? this.pick(this.schema.getPossibleTypes(type)) : type;
    const condition = this.pick([concrete, type]);
    const body = this.selection(condition, Math.max(depth - 1, 0));
    if (this.next(2) === 0) return `... on ${condition.name}${this.directive()} { ${body} }`;
    const name = `F${this.fragments.length}`;
    this.fragments.push('');
    const at = this.fragments.length - 1;
    this.fragments[at] = `fragment F${at} on ${condition.name} { ${body} }`;
    return `...${name.replace(/\d+/, String(at))}${this.directive()}`;
  }
}

// Breaks a document in one of many ways; some ways leave it valid, and then both sides must say so.
export function invalid(generator, query) {
  const ways = [
    (q) => q.replace('{', '{ nonsense '),
    (q) => q.replace(/name\(lang: \w+\)/, 'name(lang: 5)'),
    (q) => q.replace(/\(code: [^)]*\)/, ''),
    (q) => q.replace('query Q', 'query Q($unused: Int) ').replace(') (', ', '),
    (q) => q.replace('{', '{ ...Missing '),
    (q) => `${q} fragment Lonely on Event { id }`,
    (q) => `${q} fragment A on Query { ...B } fragment B on Query { ...A } query R { ...A }`,
    (q) => q.replace('{', '{ a: events { totalCount } a: companies { totalCount } '),
    (q) => q.replace('{', '{ events '),
    (q) => q.replace('{', '{ service { version { x } } '),
    (q) => q.replace('{', '{ b: __typename @unknown '),
    (q) => q.replace('{', '{ events(first: 1, first: 2) { totalCount } '),
    (q) => q.replace('{', '{ events(first: "1") { totalCount } '),
    (q) => q.replace('{', '{ events(filter: {kind: {eq: NOTHING}}) { totalCount } '),
    (q) => q.replace('{', '{ events(orderBy: {}) { totalCount } '),
    (q) => q.replace('{', '{ region(code: $undefined) { code } '),
    (q) => q.replace('{', '{ c: __typename @skip(if: true) @skip(if: true) '),
    (q) => q.replace('{', '{ d: __typename @include '),
    (q) => q.replace('{', '{ ... on Money { amount } '),
    (q) => q.replace('{', '{ node(id: "x") { ... on Event { slug } ... on Company { slug } id } '),
    (q) => q.slice(0, -1 - generator.next(Math.max(q.length - 2, 1))),
    (q) => q.replace('{', '{ "text" '),
    (q) => q.replace('{', '{ events(first: 01) { totalCount } '),
    (q) => q.replace('{', '{ event(slug: "a\\qb") { slug } '),
    (q) => q.replace('{', '{ event(slug: """block\n"quoted" text""") { slug } '),
    (q) => `${q} ${q}`,
    (q) => `${q} type X { a: Int }`,
    (q) => q.replace('{', '{ __schema { queryType { nothing } } '),
    (q) => q.replace(/\$v0: (\S+?)!/, '$v0: Int'),
  ];
  return generator.pick(ways)(query);
}
