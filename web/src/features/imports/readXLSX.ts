import { strFromU8, unzipSync } from 'fflate'
import { Parser } from 'saxen'
import type { SheetRow } from './readCSV'

/** readXLSX reads the first sheet of a workbook as far as it is needed to show rows: the texts and numbers of its cells. */
export function readXLSX(bytes: Uint8Array): SheetRow[] {
  const index = unpack(bytes, (name) =>
    /^xl\/(workbook\.xml|_rels\/workbook\.xml\.rels|sharedStrings\.xml)$/.test(name),
  )
  const place = firstSheet(index)
  const sheet = unpack(bytes, (name) => name === place)(place)
  if (sheet === undefined) throw new Error('no sheet')
  return rowsOf(sheet, textsOf(index('xl/sharedStrings.xml')))
}

/** The server has refused what unpacks to more than this long before. */
const most = 200_000_000

type Read = (name: string) => string | undefined

function unpack(bytes: Uint8Array, wanted: (name: string) => boolean): Read {
  const files = unzipSync(bytes, { filter: ({ name, originalSize }) => wanted(name) && originalSize <= most })
  return (name) => files[name] && strFromU8(files[name])
}

function firstSheet(read: Read): string {
  let id: string | undefined
  walk(read('xl/workbook.xml'), {
    begin: (name, attributes) => {
      if (name === 'sheet') id ??= attributes()['r:id']
    },
  })
  let target = 'worksheets/sheet1.xml'
  walk(read('xl/_rels/workbook.xml.rels'), {
    begin: (name, attributes) => {
      if (name !== 'Relationship') return
      const { Id, Target } = attributes()
      if (Id === id && Target) target = Target
    },
  })
  return target.startsWith('/') ? target.slice(1) : `xl/${target}`
}

/** textsOf are the texts that cells share: each may be in pieces, with a look of their own. */
function textsOf(xml: string | undefined): string[] {
  const texts: string[] = []
  let text = ''
  walk(xml, {
    begin: (name) => {
      if (name === 'si') text = ''
    },
    end: (name, content) => {
      if (name === 't') text += content
      else if (name === 'si') texts.push(text)
    },
  })
  return texts
}

function rowsOf(xml: string, shared: string[]): SheetRow[] {
  const rows: SheetRow[] = []
  let row: SheetRow = { line: 0, cells: [] }
  let column = 0
  let type: string | undefined
  let text = ''
  walk(xml, {
    begin: (name, attributes) => {
      if (name === 'row') row = { line: Number(attributes().r) || row.line + 1, cells: [] }
      else if (name === 'c') {
        const { r, t } = attributes()
        column = columnOf(r) ?? row.cells.length
        type = t
        text = ''
      }
    },
    end: (name, content) => {
      if (name === 'v' || name === 't') text += content
      else if (name === 'c') {
        while (row.cells.length < column) row.cells.push('')
        row.cells[column] = type === 's' ? (shared[Number(text)] ?? '') : text
      } else if (name === 'row' && row.cells.length > 0) rows.push(row)
    },
  })
  return rows
}

/** columnOf reads the letters of `AB12`, from 0. */
function columnOf(place: string | undefined): number | null {
  const letters = place?.match(/^[A-Z]{1,3}/)?.[0]
  if (!letters) return null
  return [...letters].reduce((n, letter) => n * 26 + letter.charCodeAt(0) - 64, 0) - 1
}

interface Visitor {
  begin?: (name: string, attributes: () => Record<string, string>) => void
  /** content is the text since the last tag. */
  end?: (name: string, content: string) => void
}

/** walk goes through a document, where there is one, tag by tag; names come without the prefix that some programs write. */
function walk(xml: string | undefined, { begin, end }: Visitor) {
  if (xml === undefined) return
  const parser = new Parser()
  const local = (name: string) => name.slice(name.indexOf(':') + 1)
  let content = ''
  parser.on('openTag', (name, attributes) => {
    content = ''
    begin?.(local(name), attributes)
  })
  parser.on('text', (text, decoded) => {
    content += decoded(text)
  })
  parser.on('cdata', (text) => {
    content += text
  })
  parser.on('closeTag', (name) => {
    end?.(local(name), content)
    content = ''
  })
  parser.parse(xml)
}
