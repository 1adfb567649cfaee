export interface SheetRow {
  /** Where the row starts in the file, from 1, as the server counts. */
  line: number
  cells: string[]
}

/** readCSV reads what RFC 4180 describes, with whatever stands between its cells. It forgives: the server has the last word. */
export function readCSV(text: string, delimiter = delimiterOf(text)): SheetRow[] {
  const rows: SheetRow[] = []
  let row: SheetRow = { line: 1, cells: [] }
  let cell = ''
  let line = 1
  let inQuotes = false
  const endRow = () => {
    row.cells.push(cell)
    if (row.cells.some((c) => c.trim() !== '')) rows.push(row)
    cell = ''
    row = { line, cells: [] }
  }
  const clean = text.startsWith('\ufeff') ? text.slice(1) : text
  for (let i = 0; i < clean.length; i++) {
    const c = clean[i]
    if (c === '\n') line++
    if (inQuotes) {
      if (c !== '"') cell += c
      else if (clean[i + 1] === '"') {
        cell += '"'
        i++
      } else inQuotes = false
    } else if (c === '"' && cell.trim() === '') {
      inQuotes = true
      cell = ''
    } else if (c === delimiter) {
      row.cells.push(cell)
      cell = ''
    } else if (c === '\n') endRow()
    else if (c !== '\r') cell += c
  }
  endRow()
  return rows
}

function delimiterOf(text: string): string {
  const head = text.slice(0, text.indexOf('\n') + 1 || undefined)
  const often = (c: string) => head.split(c).length
  return [',', ';', '\t', '|'].reduce((best, c) => (often(c) > often(best) ? c : best))
}
