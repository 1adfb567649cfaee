import type { Key } from 'react-aria-components/Table'

export type Chosen = 'all' | 'some' | 'none'

/** choose turns one row over, or takes all from one to another besides what is chosen already. */
export function choose<T>(
  rows: readonly T[],
  rowId: (row: T) => Key,
  chosen: ReadonlySet<Key> | undefined,
  from: number,
  to: number,
): Set<Key> {
  const next = new Set(chosen)
  const ids = rows.slice(Math.min(from, to), Math.max(from, to) + 1).map(rowId)
  const [only] = ids
  if (from === to && only !== undefined && next.has(only)) next.delete(only)
  else for (const id of ids) next.add(id)
  return next
}

/** chosenOf tells whether all of the rows are chosen; it stops looking as soon as that is clear. */
export function chosenOf<T>(rows: readonly T[], rowId: (row: T) => Key, chosen: ReadonlySet<Key> | undefined): Chosen {
  if (!chosen?.size || rows.length === 0) return 'none'
  let has = false
  let lacks = false
  for (const row of rows) {
    if (chosen.has(rowId(row))) has = true
    else lacks = true
    if (has && lacks) return 'some'
  }
  return has ? 'all' : 'none'
}
