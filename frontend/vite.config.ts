import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vite";

/** The build goes into the Python package, whose server serves it. The server's content policy allows no inline scripts or styles. */
export default defineConfig({
  plugins: [svelte()],
  build: {
    outDir: "../src/pochade/web/static/built",
    emptyOutDir: true,
    target: "es2023",
    cssTarget: ["chrome125", "firefox125", "safari18"],
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: { proxy: { "/api": "http://127.0.0.1:8765" } }, // `npm run dev` beside `pochade open FOLDER`
});
