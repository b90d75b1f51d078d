import { defineConfig } from 'vite';

/** Moves fonts that a style sheet carries as text into files, so that a browser loads only those it needs. */
function fontsAsFiles() {
  const inlined = /url\(["']?data:font\/(woff2?);base64,([A-Za-z0-9+/=]+)["']?\)/g;
  return {
    name: 'fonts-as-files',
    enforce: 'post',
    generateBundle(_options, bundle) {
      for (const sheet of Object.values(bundle).filter(({ fileName }) => fileName.endsWith('.css'))) {
        sheet.source = String(sheet.source).replace(inlined, (_match, format, base64) => {
          const font = this.emitFile({ type: 'asset', name: `font.${format}`, source: Buffer.from(base64, 'base64') });
          return `url(./${this.getFileName(font).split('/').pop()})`;
        });
      }
    },
  };
}

export default defineConfig({
  base: '/graphiql/',
  plugins: [fontsAsFiles()],
  worker: { format: 'es' },
  build: {
    outDir: 'dist',
    target: 'es2022',
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 4000,
    sourcemap: false,
    license: { fileName: 'licenses.md' },
    rolldownOptions: {
      // "use client" means something to a server that renders pages. We have none.
      onwarn: (warning, warn) => warning.code === 'MODULE_LEVEL_DIRECTIVE' || warn(warning),
    },
  },
});
