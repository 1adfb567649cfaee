import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import react from '@vitejs/plugin-react'
import type { Plugin } from 'vite'
import { defineConfig } from 'vitest/config'

const out = 'dist/app'
const compressible = /\.(js|css|html|svg|webmanifest|json)$/

/** compressed lays a .br and a .gz beside each text file: the server sends what the browser takes, and compresses nothing itself. */
function compressed(): Plugin {
  return {
    name: 'compressed',
    apply: 'build',
    closeBundle() {
      for (const name of readdirSync(out, { recursive: true, encoding: 'utf8' })) {
        if (!compressible.test(name)) continue
        const file = join(out, name)
        const content = readFileSync(file)
        if (content.length < 512) continue
        writeFileSync(`${file}.gz`, gzipSync(content, { level: 9 }))
        writeFileSync(`${file}.br`, brotliCompressSync(content, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }))
      }
    },
  }
}

export default defineConfig({
  base: '/app/',
  plugins: [react(), compressed()],
  resolve: { alias: { '~': new URL('./src', import.meta.url).pathname } },
  build: {
    outDir: out,
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: {
    proxy: {
      '/api': process.env.PLACEOPS_URL ?? 'http://127.0.0.1:5000',
      '/uploads': process.env.PLACEOPS_URL ?? 'http://127.0.0.1:5000',
    },
  },
  test: { include: ['src/**/*.test.{ts,tsx}'] },
})
