import type { SheetRow } from './readCSV'

/** readXLSX reads the first sheet of a workbook as far as it is needed to show rows: the texts and numbers of its cells. */
export async function readXLSX(bytes: ArrayBuffer): Promise<SheetRow[]> {
  const parts = partsOf(new DataView(bytes))
  const read = async (name: string) => {
    const part = parts.get(name)
    return part ? new DOMParser().parseFromString(await inflate(bytes, part), 'application/xml') : null
  }
  const sheet = await read(await firstSheet(read))
  if (!sheet) throw new Error('no sheet')
  const shared = await read('xl/sharedStrings.xml')
  const strings = shared ? [...shared.getElementsByTagName('si')].map(textsOf) : []
  return [...sheet.getElementsByTagName('row')]
    .map((row, i) => rowOf(row, i + 1, strings))
    .filter((row) => row.cells.length)
}

type Read = (name: string) => Promise<Document | null>

async function firstSheet(read: Read): Promise<string> {
  const book = await read('xl/workbook.xml')
  const links = await read('xl/_rels/workbook.xml.rels')
  const id = book?.getElementsByTagName('sheet')[0]?.getAttribute('r:id')
  const link = [...(links?.getElementsByTagName('Relationship') ?? [])].find((l) => l.getAttribute('Id') === id)
  const target = link?.getAttribute('Target') ?? 'worksheets/sheet1.xml'
  return target.startsWith('/') ? target.slice(1) : `xl/${target}`
}

function rowOf(row: Element, place: number, strings: string[]): SheetRow {
  const cells: string[] = []
  for (const [i, cell] of [...row.getElementsByTagName('c')].entries()) {
    const column = columnOf(cell.getAttribute('r')) ?? i
    while (cells.length < column) cells.push('')
    cells[column] = textOf(cell, strings)
  }
  return { line: Number(row.getAttribute('r')) || place, cells }
}

function textOf(cell: Element, strings: string[]): string {
  const type = cell.getAttribute('t')
  if (type === 'inlineStr') return textsOf(cell)
  const value = cell.getElementsByTagName('v')[0]?.textContent ?? ''
  return type === 's' ? (strings[Number(value)] ?? '') : value
}

const textsOf = (element: Element) => [...element.getElementsByTagName('t')].map((t) => t.textContent ?? '').join('')

/** columnOf reads the letters of `AB12`, from 0. */
function columnOf(place: string | null): number | null {
  const letters = place?.match(/^[A-Z]{1,3}/)?.[0]
  if (!letters) return null
  return [...letters].reduce((n, letter) => n * 26 + letter.charCodeAt(0) - 64, 0) - 1
}

interface Part {
  isDeflated: boolean
  start: number
  size: number
}

/** partsOf lists a ZIP's files by its central directory. */
function partsOf(view: DataView): Map<string, Part> {
  const parts = new Map<string, Part>()
  let end = view.byteLength - 22
  while (end >= 0 && view.getUint32(end, true) !== 0x06054b50) end--
  if (end < 0) throw new Error('not a ZIP')
  let at = view.getUint32(end + 16, true)
  for (let left = view.getUint16(end + 10, true); left > 0; left--) {
    const nameLength = view.getUint16(at + 28, true)
    const name = new TextDecoder().decode(new Uint8Array(view.buffer, at + 46, nameLength))
    const local = view.getUint32(at + 42, true)
    parts.set(name, {
      isDeflated: view.getUint16(at + 10, true) === 8,
      start: local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true),
      size: view.getUint32(at + 20, true),
    })
    at += 46 + nameLength + view.getUint16(at + 30, true) + view.getUint16(at + 32, true)
  }
  return parts
}

/** The server has refused what unpacks to more than this long before. */
const most = 200_000_000

async function inflate(bytes: ArrayBuffer, { isDeflated, start, size }: Part): Promise<string> {
  const raw = new Blob([new Uint8Array(bytes, start, size)])
  if (!isDeflated) return raw.text()
  const reader = raw.stream().pipeThrough(new DecompressionStream('deflate-raw')).getReader()
  const chunks: BlobPart[] = []
  let length = 0
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return new Blob(chunks).text()
    length += value.length
    if (length > most) throw new Error('too large')
    chunks.push(value)
  }
}
