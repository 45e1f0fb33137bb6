import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

/** The files go into the Python package: the wheel brings them, and AosCloud serves them at `/`. */
export default defineConfig({
  plugins: [react()],
  build: {
    outDir: "../src/aosedge/cloud/console",
    emptyOutDir: true,
    assetsInlineLimit: 0, // the Content-Security-Policy takes no data: URL
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1200,
  },
  server: {
    // npx vite: the page from source, everything else from a running AosCloud
    proxy: { "/api": { target: "https://localhost:10000", secure: false } },
  },
  test: { environment: "node", include: ["src/**/*.test.ts"] },
} as Parameters<typeof defineConfig>[0]);
