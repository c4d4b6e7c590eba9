import { sveltekit } from '@sveltejs/kit/vite';
import { defineConfig } from 'vite';

process.env.VITE_API ??= '';
process.env.VITE_TEMPORAL_UI_BUILD_TARGET ??= 'local';

export default defineConfig({
  plugins: [sveltekit()],
  build: { chunkSizeWarningLimit: 8000, reportCompressedSize: false, sourcemap: false },
  logLevel: 'error',
});
