import { t } from '~/texts'
import type { Fault } from './queries'

export interface Group {
  key: string
  text: string
  count: number
}

export const columnName = (column: string) => t.imports.columnNames[column] ?? (column || t.imports.mend.wholeRow)

/** generalOf leaves of a message what many faults have in common: "… as line 7" and "… as line 9" are one kind. */
export const generalOf = (message: string) => message.replace(/\d+/g, '…')

const kindKey = (fault: Fault) => `${fault.column}\u0000${generalOf(fault.message)}`

/** groupsOf counts faults by a key, the most frequent first. */
function groupsOf(faults: readonly Fault[], key: (f: Fault) => string, text: (f: Fault) => string): Group[] {
  const groups = new Map<string, Group>()
  for (const fault of faults) {
    const group = groups.get(key(fault))
    if (group) group.count++
    else groups.set(key(fault), { key: key(fault), text: text(fault), count: 1 })
  }
  return [...groups.values()].sort((a, b) => b.count - a.count)
}

export const byColumn = (faults: readonly Fault[]) =>
  groupsOf(
    faults,
    (f) => f.column || '*',
    (f) => columnName(f.column),
  )

/** byKind: a kind's text keeps the numbers of its message where all of it have the same. */
export function byKind(faults: readonly Fault[]): Group[] {
  const same = new Map<string, string>()
  for (const fault of faults) {
    const key = kindKey(fault)
    const before = same.get(key)
    if (before === undefined) same.set(key, fault.message)
    else if (before !== fault.message) same.set(key, generalOf(fault.message))
  }
  return groupsOf(faults, kindKey, (f) => `${columnName(f.column)}: ${same.get(kindKey(f))}`)
}

export function matching(faults: readonly Fault[], column: string, kind: string): Fault[] {
  return faults.filter((f) => (!column || (f.column || '*') === column) && (!kind || kindKey(f) === kind))
}
