// The same document with other blanks: commas and comments stand where they mean nothing.

import { Lexer, Source, TokenKind } from 'graphql';

const ALWAYS = [' ', ', ', ' ,', ',,', '\n', '\r\n', '\t', ' # note, {\n', ', # : "\n,'];

export function respaced(text, random) {
  const lexer = new Lexer(new Source(text));
  let out = '';
  let last = null;
  for (let token = lexer.advance(); token.kind !== TokenKind.EOF; token = lexer.advance()) {
    const needed = last !== null && isWord(last) && (isWord(token) || token.kind === TokenKind.SPREAD);
    if (needed || random.chance(0.3)) out += random.pick(ALWAYS);
    out += text.slice(token.start, token.end);
    last = token;
  }
  return out + (random.chance(0.3) ? random.pick(ALWAYS) : '');
}

// A number may not touch a name or a dot, nor a string another string.
function isWord({ kind }) {
  return [TokenKind.NAME, TokenKind.INT, TokenKind.FLOAT, TokenKind.STRING, TokenKind.BLOCK_STRING].includes(kind);
}
