// The reference: graphql-js executes the server's own schema over the server's own data, which are first read with
// plain queries (no fragments, aliases, directives and variables but paging), so that only execution is compared.

import {
  GraphQLError,
  buildSchema,
  execute,
  getNamedType,
  getNullableType,
  getOperationAST,
  isInterfaceType,
  isLeafType,
  isListType,
  isObjectType,
  parse,
  validate,
} from 'graphql';
import { getVariableValues } from 'graphql/execution/values.js';

// Fields whose answers the service ranks, counts or keeps count of itself.
export const COMPUTED = [
  'tradeStats', 'profile', 'tradeWindow', 'participationStats', 'search', 'reconcile', 'regionsByCodes', 'availability', 'facets', 'changes',
];
const PAGE = 200;
const DEFAULT_PAGE = 20;
const LANGUAGES = ['EN', 'ZH', 'RU'];

export async function ask(base, body) {
  const response = await fetch(`${base}/graphql`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Accept: 'application/graphql-response+json' },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  try {
    return { status: response.status, answer: JSON.parse(text) };
  } catch {
    return { status: response.status, answer: { notJson: text } };
  }
}

async function pull(base, query, variables) {
  const { answer } = await ask(base, { query, variables });
  if (answer.errors) {
    throw new Error(`cannot read the data: ${query}: ${JSON.stringify(answer.errors)}`);
  }
  return answer.data;
}

export class Reference {
  constructor(sdl) {
    this.schema = buildSchema(sdl);
    this.nodes = new Map();
    this.lists = {};
    this.service = null;
    this.connect();
  }

  static async from(base) {
    const sdl = await (await fetch(`${base}/schema.graphql`)).text();
    const reference = new Reference(sdl);
    await reference.read(base);
    return reference;
  }

  type(name) {
    return this.schema.getType(name);
  }

  hasId(type) {
    return type.name === 'Node' || (type.getInterfaces?.() ?? []).some((i) => i.name === 'Node');
  }

  // ---- reading

  async read(base) {
    const root = this.type('Query').getFields();
    this.service = (await pull(base, `{ service ${this.embedded(this.type('Service'))} }`)).service;
    for (const field of Object.values(root)) {
      const connection = getNamedType(field.type);
      if (!connection.name.endsWith('Connection')) continue;
      const type = getNamedType(connection.getFields().nodes.type);
      await this.readAll(base, field.name, `{ __typename ${this.plain(type)} }`);
      for (const inner of this.connections(type)) {
        await this.readAll(base, field.name, `{ id ${inner.name}(first: ${PAGE}) ${this.page(inner)} }`);
      }
      if (type.getFields().name) {
        for (const language of LANGUAGES) {
          await this.readAll(base, field.name, `{ id name(lang: ${language}) }`, (node) => ({
            [`name ${language}`]: node.name,
          }));
        }
      }
      const list = await pull(base, `{ ${field.name}(first: ${PAGE}) ${this.page(field)} }`);
      this.lists[field.name] = list[field.name];
    }
  }

  // Every row of a root list, page by page.
  async readAll(base, name, selection, change = (node) => node) {
    const nested = selection.includes('(first');
    const query = `query($after: String, $first: Int) { ${name}(first: $first, after: $after) { nodes ${selection} pageInfo { hasNextPage endCursor } } }`;
    let after = null;
    do {
      const page = (await pull(base, query, { after, first: nested ? 100 : PAGE }))[name];
      for (const node of page.nodes) {
        const known = this.nodes.get(node.id) ?? {};
        this.nodes.set(node.id, Object.assign(known, change(node)));
      }
      after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
    } while (after);
  }

  connections(type) {
    return Object.values(type.getFields()).filter((f) => getNamedType(f.type).name.endsWith('Connection'));
  }

  page(field) {
    const node = getNamedType(getNamedType(field.type).getFields().nodes.type);
    return `{ edges { cursor node ${this.reference(node)} } totalCount }`;
  }

  reference(type) {
    return this.hasId(type) ? '{ id }' : this.embedded(type);
  }

  embedded(type) {
    return `{ __typename ${this.plain(type)} }`;
  }

  // All fields but connections and names: leaves, related objects by id, value objects whole.
  plain(type) {
    return Object.values(type.getFields())
      .filter((f) => f.name !== 'name' || f.args.length === 0)
      .filter((f) => !COMPUTED.includes(f.name))
      .filter((f) => !getNamedType(f.type).name.endsWith('Connection'))
      .map((f) => {
        const inner = getNamedType(f.type);
        return isLeafType(inner) ? f.name : `${f.name} ${this.reference(inner)}`;
      })
      .join(' ');
  }

  // ---- resolving

  connect() {
    for (const type of Object.values(this.schema.getTypeMap())) {
      if (isInterfaceType(type)) {
        type.resolveType = (object) => object.__typename;
      }
      if (!isObjectType(type) || type.name.startsWith('__') || type.name === 'Query') continue;
      for (const field of Object.values(type.getFields())) {
        field.resolve = this.resolver(field);
      }
    }
    for (const field of Object.values(this.type('Query').getFields())) {
      field.resolve = this.rootResolver(field);
    }
  }

  resolver(field) {
    const inner = getNamedType(field.type);
    if (field.name === 'name' && field.args.length > 0) {
      return (object, { lang }) => object[`name ${lang ?? "EN"}`];
    }
    if (inner.name.endsWith('Connection')) {
      return (object, args) => this.cut(object[field.name], args);
    }
    const isReference = !isLeafType(inner) && this.hasId(inner);
    if (!isReference) return (object) => object[field.name];
    if (isListType(getNullableType(field.type))) {
      return (object) => object[field.name].map((o) => this.nodes.get(o.id));
    }
    return (object) => {
      const found = object[field.name];
      // The rows of a page are whole already.
      return found && (this.nodes.get(found.id) ?? null);
    };
  }

  // The page that `first` leaves of the page that was read.
  cut(read, { first }) {
    const edges = read.edges.slice(0, first ?? DEFAULT_PAGE);
    return {
      edges,
      nodes: edges.map((edge) => edge.node),
      totalCount: read.totalCount,
      pageInfo: {
        hasNextPage: BigInt(read.totalCount) > BigInt(edges.length),
        hasPreviousPage: false,
        startCursor: edges[0]?.cursor ?? null,
        endCursor: edges.at(-1)?.cursor ?? null,
        revisionChanged: false,
      },
    };
  }

  rootResolver(field) {
    const inner = getNamedType(field.type);
    if (inner.name.endsWith('Connection')) {
      return (_, args) => this.cut(this.lists[field.name], args);
    }
    const find = (wanted) => {
      for (const node of this.nodes.values()) {
        if (node.__typename === inner.name && wanted(node)) return node;
      }
      throw new GraphQLError('unknown');
    };
    switch (field.name) {
      case 'service':
        return () => this.service;
      case 'node':
        return (_, { id }) => this.nodes.get(id) ?? null;
      case 'nodes':
        return (_, { ids }) => ids.map((id) => this.nodes.get(id) ?? null);
      case 'region':
        return (_, { code, scheme }) => (scheme === 'TEAROAD' ? find((r) => r.code === code) : this.regionOf(scheme, code));
      case 'sector':
        return (_, { classification, code }) =>
          find((s) => s.code === code && this.nodes.get(s.classification.id).code === classification);
      default: {
        const key = field.args[0].name;
        return (_, args) => find((node) => node[key] === args[key]);
      }
    }
  }

  // Where a code was used again, the area of today, else the latest.
  regionOf(scheme, code) {
    const until = (found) => found.validTo ?? Infinity;
    let best = null;
    for (const node of this.nodes.values()) {
      if (node.__typename !== 'Region') continue;
      for (const given of node.codes) {
        const fits = given.scheme === scheme && given.code === code;
        if (fits && (!best || until(given) >= until(best.given))) best = { given, node };
      }
    }
    if (!best) throw new GraphQLError('unknown');
    return best.node;
  }

  // ---- answering

  // What graphql-js makes of a request: the verdict, and for a valid one data and error paths.
  async answer({ query, variables, operationName }) {
    let document;
    try {
      document = parse(query);
    } catch (error) {
      return { verdict: 'syntax', message: error.message };
    }
    const invalid = validate(this.schema, document);
    // graphql-js 16 leaves it to the execution that the schema has no such root type.
    for (const definition of document.definitions) {
      if (definition.operation && !this.schema.getRootType(definition.operation)) {
        return { verdict: 'invalid', message: `no ${definition.operation} type` };
      }
    }
    if (invalid.length > 0) return { verdict: 'invalid', message: invalid[0].message };
    const operation = getOperationAST(document, operationName);
    if (!operation) return { verdict: 'operation', message: 'no such operation' };
    const { errors: wrong } = getVariableValues(this.schema, operation.variableDefinitions ?? [], variables ?? {});
    if (wrong) return { verdict: 'variables', message: wrong[0].message };
    const result = await execute({ schema: this.schema, document, variableValues: variables, operationName });
    return { verdict: 'valid', data: result.data, paths: paths(result.errors), errors: result.errors };
  }
}

export function paths(errors) {
  return (errors ?? []).map((e) => JSON.stringify(e.path ?? null)).sort();
}

const VERDICTS = {
  SYNTAX_ERROR: 'syntax',
  INVALID_DOCUMENT: 'invalid',
  OPERATION_NOT_FOUND: 'operation',
  INVALID_VARIABLES: 'variables',
};

// The same of the server.
export async function serverAnswer(base, request) {
  const { status, answer } = await ask(base, request);
  if (answer.data !== undefined) {
    return { verdict: 'valid', status, data: answer.data, paths: paths(answer.errors), errors: answer.errors };
  }
  const reason = answer.errors?.[0]?.extensions?.reason ?? 'none';
  return { verdict: VERDICTS[reason] ?? reason, status, message: answer.errors?.[0]?.message ?? JSON.stringify(answer) };
}
