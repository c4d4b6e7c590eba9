import temporal, { textStyles } from './node_modules/@temporalio/ui/dist/theme/plugin';

export default {
  content: ['./src/**/*.{html,js,svelte}', './node_modules/@temporalio/ui/dist/**/*.{js,svelte}'],
  plugins: [temporal, textStyles],
  theme: {
    extend: {
      fontFamily: {
        sans: ['Inter Variable', 'ui-sans-serif', 'system-ui', 'sans-serif'],
        mono: ['Noto Sans Mono', 'ui-monospace', 'monospace'],
      },
    },
  },
};
