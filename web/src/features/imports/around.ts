import type { Fault } from './queries'
import type { SheetRow } from './readCSV'

export interface Around {
  header: string[]
  rows: SheetRow[]
  /** Where in a row the fault is; -1 when that cannot be told. */
  column: number
}

const reach = 2

/** around is the part of a sheet in which a fault is: its row and the two before and after it. Null when there is no such row. */
export function around(rows: readonly SheetRow[], fault: Fault): Around | null {
  const [head] = rows
  const at = rows.findIndex((row) => row.line === fault.line)
  const row = rows[at]
  if (!head || !row || at === 0) return null
  const from = Math.max(1, at - reach)
  const near = rows.slice(from, at + reach + 1)
  const width = Math.max(head.cells.length, row.cells.length)
  const header = Array.from({ length: width }, (_, i) => head.cells[i] ?? '')
  return { header, rows: near, column: placeOf(head.cells, row.cells, fault) }
}

const key = (text: string) => text.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '')

/**
 * placeOf finds the cell by its heading, or, where the heading is another word for the column, by what the cell holds. The server
 * knows the words; here it is only about what to colour, so a guess must be the only one.
 */
function placeOf(header: string[], cells: string[], fault: Fault): number {
  if (!fault.column) return -1
  const byHeading = header.findIndex((heading) => key(heading) === key(fault.column))
  if (byHeading >= 0) return byHeading
  const same = cells.flatMap((cell, i) => (cell.trim() === fault.value.trim() ? [i] : []))
  if (same.length === 1) return same[0] ?? -1
  const stem = key(fault.column.split('_')[0] ?? '').slice(0, 4)
  const alike = header.flatMap((heading, i) => (stem && key(heading).includes(stem) ? [i] : []))
  const best = alike.filter((i) => same.length === 0 || same.includes(i))
  return best.length === 1 ? (best[0] ?? -1) : -1
}
