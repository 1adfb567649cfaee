export type Status = 'PRESENT' | 'ABSENT'

/** Attendee is somebody registered, with the mark; null while there is none. */
export interface Attendee {
  student_id: number
  roll_number: string
  name: string
  status: Status | null
}

/** Change is what somebody wants a mark to be; null takes it back. */
export interface Change {
  student: Attendee
  status: Status | null
}

/** QueuedMark waits to be sent. It knows its student by name, so that it can be spoken of without the list. */
export interface QueuedMark {
  id: string
  student_id: number
  roll_number: string
  name: string
  status: Status | null
  /** The mark that its maker saw. */
  before: Status | null
  at: number
}

/** applied is the list as it will be when everything is sent. */
export function applied(rows: readonly Attendee[], queue: readonly QueuedMark[]): Attendee[] {
  if (queue.length === 0) return rows as Attendee[]
  const wanted = new Map(queue.map((mark) => [mark.student_id, mark.status]))
  return rows.map((row) => {
    const status = wanted.get(row.student_id)
    return status === undefined || status === row.status ? row : { ...row, status }
  })
}

/** nextBatch is the beginning of the queue that can go out in one request: in order, each student once. */
export function nextBatch(queue: readonly QueuedMark[], size: number): QueuedMark[] {
  const batch: QueuedMark[] = []
  const students = new Set<number>()
  for (const mark of queue) {
    if (students.has(mark.student_id) || batch.length === size) break
    students.add(mark.student_id)
    batch.push(mark)
  }
  return batch
}

export interface Counts {
  all: number
  present: number
  absent: number
  unmarked: number
}

export function counted(rows: readonly Attendee[]): Counts {
  const counts = { all: rows.length, present: 0, absent: 0, unmarked: 0 }
  for (const { status } of rows) counts[status === null ? 'unmarked' : status === 'PRESENT' ? 'present' : 'absent']++
  return counts
}

/** students is how many people marks are about: one may be marked twice before it is sent. */
export const students = (marks: readonly { student_id: number }[]) => new Set(marks.map((m) => m.student_id)).size

/** plain leaves what tells roll numbers and names apart when people write them: no spaces, dashes, capitals. */
export const plain = (text: string) => text.toLowerCase().replace(/[^\p{L}\p{M}\p{N}]+/gu, '')

/**
 * found are those whom a text may mean, the best first: the whole roll number, its end (what people call out at a gate), its
 * beginning, a part of it, then the name. Among equals who is not marked yet comes first.
 */
export function found(rows: readonly Attendee[], text: string): Attendee[] {
  const wanted = plain(text)
  if (!wanted) return []
  const words = text.toLowerCase().split(/\s+/).filter(Boolean)
  return rows
    .map((row) => ({ row, rank: rank(row, wanted, words) }))
    .filter(({ rank }) => rank < none)
    .sort((a, b) => a.rank - b.rank || Number(!!a.row.status) - Number(!!b.row.status))
    .map(({ row }) => row)
}

const none = 9

function rank({ roll_number, name }: Attendee, wanted: string, words: readonly string[]): number {
  const roll = plain(roll_number)
  if (roll === wanted) return 0
  if (roll.endsWith(wanted)) return 1
  if (roll.startsWith(wanted)) return 2
  if (roll.includes(wanted)) return 3
  const parts = name.toLowerCase().split(/\s+/)
  if (words.every((word) => parts.some((part) => part.startsWith(word)))) return 4
  return plain(name).includes(wanted) ? 5 : none
}
