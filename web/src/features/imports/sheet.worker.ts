import { around } from './around'
import type { Fault } from './queries'
import { readCSV, type SheetRow } from './readCSV'
import { readXLSX } from './readXLSX'

/** A sheet of a university has tens of thousands of rows: they are read and kept beside the page, which asks for a few. */
let rows: Promise<SheetRow[]>

addEventListener('message', async ({ data }: MessageEvent<{ file: File } | { fault: Fault }>) => {
  if ('file' in data) rows = read(data.file)
  else postMessage(await rows.then((all) => around(all, data.fault)).catch(() => null))
})

async function read(file: File): Promise<SheetRow[]> {
  const bytes = await file.arrayBuffer()
  return /\.csv$/i.test(file.name) ? readCSV(textOf(bytes)) : readXLSX(new Uint8Array(bytes))
}

/** textOf knows what spreadsheet programs write: UTF-8, UTF-16 with its mark, and else Windows' own. */
function textOf(bytes: ArrayBuffer): string {
  const [first, second] = new Uint8Array(bytes, 0, Math.min(2, bytes.byteLength))
  if (first === 0xff && second === 0xfe) return new TextDecoder('utf-16le').decode(bytes)
  if (first === 0xfe && second === 0xff) return new TextDecoder('utf-16be').decode(bytes)
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return new TextDecoder('windows-1252').decode(bytes)
  }
}
