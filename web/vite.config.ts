import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import react from '@vitejs/plugin-react'
import type { Plugin } from 'vite'
import { defineConfig } from 'vitest/config'

const out = 'dist/app'
const placeops = process.env.PLACEOPS_URL ?? 'http://127.0.0.1:5000'
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

/** early lets the page load first, and run at once, what asks the server before the console's code is there (src/early.ts). */
function early(): Plugin {
  return {
    name: 'early',
    apply: 'build',
    // As an entry of its own it is not merged into the console's code; the file that would stand for the entry is not needed.
    buildStart() {
      this.emitFile({ type: 'chunk', id: 'src/early.ts', name: 'early-entry' })
    },
    generateBundle(_, bundle) {
      for (const file of Object.values(bundle)) if (file.name === 'early-entry') delete bundle[file.fileName]
    },
    transformIndexHtml: {
      order: 'post',
      handler(_, { bundle = {} }) {
        const chunk = Object.values(bundle).find((file) => file.type === 'chunk' && file.name === 'early')
        if (!chunk) throw new Error('src/early.ts has no file of its own')
        const src = `/app/${chunk.fileName}`
        return [{ tag: 'script', attrs: { type: 'module', async: true, src }, injectTo: 'head-prepend' }]
      },
    },
  }
}

export default defineConfig({
  base: '/app/',
  // offline() before compressed(), whose files have no address of their own.
  plugins: [react(), early(), offline(), compressed()],
  resolve: { alias: { '~': new URL('./src', import.meta.url).pathname } },
  build: {
    outDir: out,
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // Texts do nothing by being loaded: who uses none of a file does not need it.
    rolldownOptions: { treeshake: { moduleSideEffects: [{ test: /\/src\/texts\//, sideEffects: false }] } },
  },
  server: {
    // With the address that the browser asked for: the server takes changes only from pages of its own.
    proxy: Object.fromEntries(['/api', '/uploads'].map((path) => [path, { target: placeops, changeOrigin: false }])),
  },
  test: { include: ['src/**/*.test.{ts,tsx}'] },
})
