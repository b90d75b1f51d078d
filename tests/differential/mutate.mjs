// Breaks a document in one of the ways in which people do.

import { Kind, parse, print, visit } from 'graphql';

const name = (value) => ({ kind: Kind.NAME, value });
const field = (value, selections) => ({
  kind: Kind.FIELD,
  name: name(value),
  selectionSet: selections && { kind: Kind.SELECTION_SET, selections },
});
const argument = (key, value) => ({ kind: Kind.ARGUMENT, name: name(key), value });
const variable = (value) => ({ kind: Kind.VARIABLE, name: name(value) });
const spread = (value) => ({ kind: Kind.FRAGMENT_SPREAD, name: name(value) });
const type = (value) => ({ kind: Kind.NAMED_TYPE, name: name(value) });
const truth = { kind: Kind.BOOLEAN, value: true };
const directive = (value, ...args) => ({ kind: Kind.DIRECTIVE, name: name(value), arguments: args });
const definition = (value, of, defaultValue) => ({
  kind: Kind.VARIABLE_DEFINITION,
  variable: variable(value),
  type: of,
  defaultValue,
});
const fragment = (value, on, selections) => ({
  kind: Kind.FRAGMENT_DEFINITION,
  name: name(value),
  typeCondition: type(on),
  selectionSet: { kind: Kind.SELECTION_SET, selections },
});

const VALUES = [
  '5', '-1', '1.5', '"x"', 'true', 'null', 'WORD', '[]', '[1]', '{}', '{a: 1}', '$nope', '99999999999', '"""block"""', '[[null]]', 'EN',
].map((text) => parse(`{ a(b: ${text}) }`).definitions[0].selectionSet.selections[0].arguments[0].value);

// Changes one random node of a kind.
function change(document, random, kind, make, wanted = () => true) {
  let count = 0;
  const enter = (node) => {
    if (wanted(node)) count += 1;
  };
  visit(document, { [kind]: enter });
  if (count === 0) return null;
  let left = random.below(count);
  return visit(document, {
    [kind]: {
      leave(node) {
        if (!wanted(node)) return undefined;
        left -= 1;
        return left === -1 ? make(node) : undefined;
      },
    },
  });
}

const add = (list, item) => [...(list ?? []), item];
const inSelections = (random, item) => (set) => {
  const selections = [...set.selections];
  selections.splice(random.below(selections.length + 1), 0, item);
  return { ...set, selections };
};
const plus = (document, ...definitions) => ({ ...document, definitions: [...document.definitions, ...definitions] });
const inOperation = (document, random, make) => change(document, random, 'OperationDefinition', make);
const hasArguments = (node) => node.arguments?.length > 0;

// Ways to break the syntax tree: (document, random) => document, or null where there is nothing to break.
const TREE = {
  'unknown field': (d, r) => change(d, r, 'Field', (f) => ({ ...f, name: name(`${f.name.value}x`) })),
  'added unknown field': (d, r) => change(d, r, 'SelectionSet', inSelections(r, field('nope'))),
  'field of another type': (d, r) =>
    change(d, r, 'SelectionSet', inSelections(r, field(r.pick(['kind', 'name', 'nodes', 'cursor', 'code', 'count', '__schema', '__type'])))),
  'other argument value': (d, r) => change(d, r, 'Argument', (a) => ({ ...a, value: r.pick(VALUES) })),
  'argument left out': (d, r) =>
    change(d, r, 'Field', (f) => ({ ...f, arguments: f.arguments.slice(1) }), hasArguments),
  'unknown argument': (d, r) =>
    change(d, r, 'Field', (f) => ({ ...f, arguments: add(f.arguments, argument('nope', r.pick(VALUES))) })),
  'argument twice': (d, r) =>
    change(d, r, 'Field', (f) => ({ ...f, arguments: add(f.arguments, f.arguments[0]) }), hasArguments),
  'random filter': (d, r) =>
    change(d, r, 'Field', (f) => ({ ...f, arguments: add(f.arguments, argument('filter', r.pick(VALUES))) }), (f) => f.selectionSet),
  'unused variable': (d, r) =>
    inOperation(d, r, (o) => ({ ...o, variableDefinitions: add(o.variableDefinitions, definition('unused', type('Int'))) })),
  'variable twice': (d, r) =>
    inOperation(d, r, (o) => ({
      ...o,
      variableDefinitions: [...(o.variableDefinitions ?? []), ...(o.variableDefinitions ?? []).slice(0, 1)],
    })),
  'variable not declared': (d, r) => inOperation(d, r, (o) => ({ ...o, variableDefinitions: o.variableDefinitions?.slice(1) })),
  'variable of another type': (d, r) =>
    change(d, r, 'VariableDefinition', (v) => ({
      ...v,
      type: type(r.pick(['Int', 'String', 'Boolean', 'Region', 'Nothing', 'Language', 'RegionFilter', 'ID', 'Float'])),
    })),
  'variable as a list': (d, r) =>
    change(d, r, 'VariableDefinition', (v) => ({ ...v, type: { kind: Kind.LIST_TYPE, type: v.type } })),
  'variable without default': (d, r) => change(d, r, 'VariableDefinition', (v) => ({ ...v, defaultValue: undefined })),
  'other default': (d, r) =>
    change(d, r, 'VariableDefinition', (v) => ({ ...v, defaultValue: r.pick(VALUES.filter((x) => x.kind !== Kind.VARIABLE)) })),
  'default of null': (d, r) => change(d, r, 'VariableDefinition', (v) => ({ ...v, defaultValue: { kind: Kind.NULL } })),
  'nullable with default of null': (d, r) =>
    change(d, r, 'VariableDefinition', (v) => ({
      ...v,
      type: v.type.kind === Kind.NON_NULL_TYPE ? v.type.type : v.type,
      defaultValue: { kind: Kind.NULL },
    })),
  'variable in a list': (d, r) =>
    change(d, r, 'Argument', (a) => ({ ...a, value: { kind: Kind.LIST, values: [a.value] } }), (a) => a.value.kind === Kind.VARIABLE),
  'directive on a variable': (d, r) =>
    change(d, r, 'VariableDefinition', (v) => ({ ...v, directives: [directive('skip', argument('if', truth))] })),
  'unknown fragment': (d, r) => change(d, r, 'SelectionSet', inSelections(r, spread('Nowhere'))),
  'unused fragment': (d) => plus(d, fragment('Unused', 'Region', [field('code')])),
  'fragment twice': (d, r) =>
    plus(
      change(d, r, 'SelectionSet', inSelections(r, spread('Twice'))),
      fragment('Twice', 'Query', [field('__typename')]),
      fragment('Twice', 'Query', [field('__typename')]),
    ),
  'fragment cycle': (d, r) => {
    const fragments = d.definitions.filter((x) => x.kind === Kind.FRAGMENT_DEFINITION);
    if (fragments.length === 0) return null;
    const wanted = r.pick(fragments);
    return change(d, r, 'FragmentDefinition', (f) => ({ ...f, selectionSet: inSelections(r, spread(wanted.name.value))(f.selectionSet) }));
  },
  'own fragment cycle': (d, r) => {
    const first = d.definitions.findIndex((x) => x.kind === Kind.OPERATION_DEFINITION);
    const definitions = d.definitions.map((x, i) =>
      i === first ? { ...x, selectionSet: inSelections(r, spread('C1'))(x.selectionSet) } : x,
    );
    return plus(
      { ...d, definitions },
      fragment('C1', 'Query', [field('__typename'), spread('C2')]),
      fragment('C2', 'Query', [spread(r.pick(['C1', 'C2']))]),
    );
  },
  'fragment on a leaf': (d, r) =>
    change(d, r, 'SelectionSet', inSelections(r, {
      kind: Kind.INLINE_FRAGMENT,
      typeCondition: type(r.pick(['String', 'RegionKind', 'RegionFilter', 'Nothing'])),
      selectionSet: { kind: Kind.SELECTION_SET, selections: [field('__typename')] },
    })),
  'impossible fragment': (d, r) =>
    change(d, r, 'SelectionSet', inSelections(r, {
      kind: Kind.INLINE_FRAGMENT,
      typeCondition: type(r.pick(['Region', 'Company', 'Party', 'Node', 'PageInfo', 'Query'])),
      selectionSet: { kind: Kind.SELECTION_SET, selections: [field('__typename')] },
    })),
  'conflicting alias': (d, r) =>
    change(
      d,
      r,
      'SelectionSet',
      (s) => {
        const [first] = s.selections.filter((x) => x.kind === Kind.FIELD);
        const key = (first.alias ?? first.name).value;
        return { ...s, selections: add(s.selections, { ...field('__typename'), alias: name(key) }) };
      },
      (s) => s.selections.some((x) => x.kind === Kind.FIELD),
    ),
  'conflicting arguments': (d, r) =>
    change(
      d,
      r,
      'SelectionSet',
      (s) => {
        const first = s.selections.find((x) => x.kind === Kind.FIELD && x.selectionSet);
        return { ...s, selections: add(s.selections, { ...first, arguments: [argument('first', VALUES[0])] }) };
      },
      (s) => s.selections.some((x) => x.kind === Kind.FIELD && x.selectionSet),
    ),
  'no selection': (d, r) => change(d, r, 'Field', (f) => ({ ...f, selectionSet: undefined }), (f) => f.selectionSet),
  'selection of a leaf': (d, r) =>
    change(d, r, 'Field', (f) => ({ ...f, selectionSet: { kind: Kind.SELECTION_SET, selections: [field('a')] } }), (f) => !f.selectionSet),
  'unknown directive': (d, r) => change(d, r, 'Field', (f) => ({ ...f, directives: [directive('nope')] })),
  'directive without if': (d, r) => change(d, r, 'Field', (f) => ({ ...f, directives: [directive('skip')] })),
  'directive twice': (d, r) =>
    change(d, r, 'Field', (f) => ({
      ...f,
      directives: [directive('skip', argument('if', truth)), directive('skip', argument('if', truth))],
    })),
  'directive at the wrong place': (d, r) =>
    inOperation(d, r, (o) => ({ ...o, directives: [directive(r.pick(['skip', 'deprecated']), argument('if', truth))] })),
  'other condition': (d, r) =>
    change(d, r, 'Field', (f) => ({ ...f, directives: [directive(r.pick(['skip', 'include']), argument('if', r.pick(VALUES)))] })),
  'two anonymous operations': (d) => plus(d, ...parse('{ __typename }').definitions),
  'operation name twice': (d) => plus(d, ...parse('query Main { __typename } query Main { __typename }').definitions),
  'another operation': (d) => plus(d, ...parse('query Another { __typename }').definitions),
  'mutation': (d, r) => inOperation(d, r, (o) => ({ ...o, operation: r.pick(['mutation', 'subscription']) })),
  'type definition': (d) => plus(d, ...parse('type Foreign { a: Int }').definitions),
};

const BITS = ['{', '}', '(', ')', '[', ']', ':', '!', '$', '@', '"', '"""', '...', '|', '&', '=', '#', '\u0000', '\uFEFF', 'é', ',', '0', '01', '1.', '1e', '-', '\\u0041', '\'', '?', 'on', 'fragment', 'query', 'null', '{}', '()', '"\\q"', '"\\u12"', '"\\u{1F600}"', '""""', '"text"', '"""text"""', '"text" query', '"text" fragment', '"text" {', '"\\q" query A', '"text" $', '"text" extend', '"text" type'];

const TEXT = {
  'a character less': (text, r) => {
    const at = r.below(text.length);
    return text.slice(0, at) + text.slice(at + 1);
  },
  'something in between': (text, r) => {
    const at = r.below(text.length + 1);
    return text.slice(0, at) + r.pick(BITS) + text.slice(at);
  },
  'something between tokens': (text, r) => {
    const gaps = [...text.matchAll(/\s/g)].map((m) => m.index);
    const at = gaps.length > 0 ? r.pick(gaps) : 0;
    return `${text.slice(0, at)} ${r.pick(BITS)} ${text.slice(at)}`;
  },
  'a description': (text, r) => {
    const gaps = [0, ...[...text.matchAll(/\(|\$|\}|\bquery|\bfragment|\{/g)].map((m) => m.index)];
    const at = r.pick(gaps);
    return `${text.slice(0, at)}${r.pick(['"text"', '"""te"xt"""', '"\\q"', '"a" "b"', '"te\nxt"'])} ${text.slice(at)}`;
  },
  'cut off': (text, r) => text.slice(0, r.below(text.length)),
  'a token less': (text, r) => {
    const tokens = text.match(/\w+|[^\w\s]+|\s+/g);
    tokens.splice(r.below(tokens.length), 1);
    return tokens.join('');
  },
};

const WRONG = [null, 'text', 5, -1, 1.5, 1e10, true, [], [1], {}, { a: 1 }, 'EN', ['x'], [null], [[]], ''];

// A broken copy of a request, with what was done to it.
export function mutate(request, random) {
  for (;;) {
    const dice = random.next();
    if (dice < 0.6) {
      const [title, broken] = random.pick(Object.entries(TREE));
      const document = broken(parse(request.query), random);
      if (document) return { ...request, query: print(document), title };
    } else if (dice < 0.85) {
      const [title, broken] = random.pick(Object.entries(TEXT));
      return { ...request, query: broken(request.query, random), title };
    } else {
      const names = [...request.query.matchAll(/\$(\w+):/g)].map((m) => m[1]);
      if (names.length === 0) continue;
      const chosen = random.pick(names);
      const variables = { ...request.variables };
      if (random.chance(0.2)) delete variables[chosen];
      else if (random.chance(0.3)) variables[chosen] = null;
      else variables[chosen] = random.pick(WRONG);
      return { ...request, variables, title: 'other variable value' };
    }
  }
}
