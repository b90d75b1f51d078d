// The tabs of a first visit, in the order of the file names. A returning visitor keeps the tabs of the last visit.

const files = import.meta.glob('../questions/*.graphql', { query: '?raw', import: 'default', eager: true });

export const questions = Object.keys(files)
  .sort()
  .map(path => ({ query: files[path] }));
