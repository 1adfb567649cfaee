import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
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

/** offline writes sw.js, which knows every file of this build; it is named after their content, so it changes when one does. */
function offline(): Plugin {
  return {
    name: 'offline',
    apply: 'build',
    closeBundle() {
      const files = readdirSync(out, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile() && !/^(index\.html|sw\.js)$|\.map$/.test(entry.name))
        .map((entry) => relative(out, join(entry.parentPath, entry.name)))
        .sort()
      const hash = createHash('sha256')
      for (const name of ['index.html', ...files]) hash.update(name).update(readFileSync(join(out, name)))
      const worker = readFileSync('src/sw.js', 'utf8')
        .replace('__BUILD__', hash.digest('hex').slice(0, 12))
        .replace("'__FILES__'", JSON.stringify(files))
      writeFileSync(join(out, 'sw.js'), worker)
    },
  }
}

export default defineConfig({
  base: '/app/',
  // Before compressed(), whose files have no address of their own.
  plugins: [react(), offline(), compressed()],
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
