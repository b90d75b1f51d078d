// The demo's object graph, pulled from the server with plain queries, as objects that graphql-js can resolve.
import { getNamedType, isEnumType, isInterfaceType, isListType, isNonNullType, isObjectType, isScalarType } from 'graphql';

export const LANGUAGES = ['EN', 'ZH', 'RU'];
// Lists of these types are long and are left out; their objects are compared by their other fields.
const WITHOUT_LISTS = new Set(['Region', 'Sector', 'Classification', 'Source', 'Dataset']);
const ROOT_LISTS = ['events', 'organisations', 'companies', 'participations', 'agreements', 'tradeFigures', 'datasets'];

export const isLeaf = (type) => isScalarType(getNamedType(type)) || isEnumType(getNamedType(type));
const isList = (type) => isListType(isNonNullType(type) ? type.ofType : type);
export const isConnection = (type) => getNamedType(type).name.endsWith('Connection');
const isNode = (type) => {
  const named = getNamedType(type);
  return isInterfaceType(named) || (isObjectType(named) && named.getInterfaces().some((i) => i.name === 'Node'));
};

// Fields of a type that are compared.
export function comparable(type) {
  return Object.values(type.getFields()).filter((field) => {
    if (!WITHOUT_LISTS.has(type.name)) return true;
    return !isConnection(field.type) && !(isList(field.type) && !isLeaf(field.type));
  });
}

// What is pulled of an object: leaves, links as ids, small objects whole.
function selection(type, depth = 0) {
  const parts = ['__typename'];
  for (const field of comparable(type)) {
    const named = getNamedType(field.type);
    if (field.name === 'name' && field.args.length > 0) {
      for (const lang of LANGUAGES) parts.push(`name_${lang}: name(lang: ${lang})`);
    } else if (isLeaf(field.type)) parts.push(field.name);
    else if (isConnection(field.type)) {
      parts.push(`${field.name} { totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor revisionChanged } edges { cursor node { __typename id } } }`);
    } else if (isNode(field.type)) parts.push(`${field.name} { __typename id }`);
    else if (depth < 3) parts.push(`${field.name} { ${selection(named, depth + 1)} }`);
  }
  return parts.join(' ');
}

export async function pull(ask, schema) {
  const known = new Map();
  const wanted = new Set();
  const roots = {};
  const page = '{ totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor revisionChanged } edges { cursor node { __typename id } } }';
  for (const name of ROOT_LISTS) roots[name] = (await ask(`{ list: ${name} ${page} }`)).data.list;
  const collect = (value) => {
    if (Array.isArray(value)) value.forEach(collect);
    else if (value && typeof value === 'object') {
      if (value.id && value.__typename && !known.has(value.id)) wanted.add(JSON.stringify([value.__typename, value.id]));
      Object.values(value).forEach(collect);
    }
  };
  collect(roots);
  for (const code of ['CN', 'RU', 'RU-BU', 'CN-370300']) {
    collect((await ask(`{ region(code: "${code}") { __typename id } }`)).data);
  }
  while (wanted.size > 0) {
    const [entry] = wanted;
    wanted.delete(entry);
    const [typename, id] = JSON.parse(entry);
    if (known.has(id)) continue;
    const answer = await ask(`query($id: ID!) { node(id: $id) { ... on ${typename} { ${selection(schema.getType(typename))} } } }`, { id });
    if (answer.errors) throw new Error(JSON.stringify(answer.errors));
    const row = answer.data.node;
    row.id = id;
    known.set(id, row);
    collect(Object.entries(row).filter(([key]) => key !== 'id').map(([, value]) => value));
  }
  // Links become the objects themselves.
  const link = (value) => {
    if (Array.isArray(value)) return value.map(link);
    if (!value || typeof value !== 'object') return value;
    if (value.id && known.has(value.id)) return known.get(value.id);
    const out = {};
    for (const [key, inner] of Object.entries(value)) out[key] = link(inner);
    return withNodes(out);
  };
  const withNodes = (value) => {
    if (value.edges) value.nodes = value.edges.map((edge) => edge.node);
    return value;
  };
  for (const row of known.values()) {
    for (const [key, value] of Object.entries(row)) if (key !== 'id') row[key] = link(value);
    if ('name_EN' in row) {
      const names = Object.fromEntries(LANGUAGES.map((lang) => [lang, row[`name_${lang}`]]));
      row.name = ({ lang }) => names[lang];
    }
  }
  for (const [name, value] of Object.entries(roots)) roots[name] = link(value);
  return { known, roots };
}
