import { readCSV, type SheetRow } from './readCSV'

/** readSheet reads a sheet in the browser, to show its rows; null when it cannot (the server's words still stand). */
export async function readSheet(file: File): Promise<SheetRow[] | null> {
  try {
    if (/\.csv$/i.test(file.name)) return readCSV(textOf(await file.arrayBuffer()))
    const { readXLSX } = await import('./readXLSX')
    return await readXLSX(await file.arrayBuffer())
  } catch {
    return null
  }
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
