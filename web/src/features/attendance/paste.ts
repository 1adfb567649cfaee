import { type Attendee, plain, type Status } from './marks'

export interface Pasted {
  /** Whom the text names, in its order, each once; the last mark of a student counts. */
  marks: { student: Attendee; status: Status }[]
  /** What looks like a roll number, or a whole line, and is nobody's who registered. */
  unknown: string[]
  /** Who stands there twice with different marks. */
  unclear: Attendee[]
}

const words: Record<string, Status> = {
  p: 'PRESENT',
  present: 'PRESENT',
  yes: 'PRESENT',
  y: 'PRESENT',
  a: 'ABSENT',
  absent: 'ABSENT',
  ab: 'ABSENT',
  no: 'ABSENT',
  n: 'ABSENT',
}

/**
 * readPasted finds roll numbers in what comes from a sheet: one per line, or separated by anything, with names beside them
 * or not. A word such as "absent" behind roll numbers is their mark; `otherwise` is the mark of those without one.
 */
export function readPasted(text: string, rows: readonly Attendee[], otherwise: Status): Pasted {
  const byRoll = new Map(rows.map((row) => [plain(row.roll_number), row]))
  const marks = new Map<number, { student: Attendee; status: Status }>()
  const unknown = new Set<string>()
  const unclear = new Map<number, Attendee>()
  for (const line of text.split(/[\r\n]+/)) {
    const { students, strangers } = readLine(line, byRoll, otherwise)
    for (const stranger of strangers) unknown.add(stranger)
    for (const mark of students) {
      const earlier = marks.get(mark.student.student_id)
      if (earlier && earlier.status !== mark.status) unclear.set(mark.student.student_id, mark.student)
      marks.set(mark.student.student_id, mark)
    }
  }
  return { marks: [...marks.values()], unknown: [...unknown], unclear: [...unclear.values()] }
}

function readLine(line: string, byRoll: ReadonlyMap<string, Attendee>, otherwise: Status) {
  const students: { student: Attendee; status: Status }[] = []
  const strangers: string[] = []
  let open = 0 // from here on students still wait for a word behind them
  for (const piece of pieces(line, byRoll)) {
    const student = byRoll.get(plain(piece))
    const status = words[plain(piece)]
    if (student) students.push({ student, status: otherwise })
    else if (status) {
      for (const mark of students.slice(open)) mark.status = status
      open = students.length
    } else if (plain(piece)) strangers.push(piece)
  }
  if (students.length > 0) return { students, strangers: strangers.filter(looksLikeRoll) }
  const rolls = strangers.filter(looksLikeRoll)
  return { students, strangers: rolls.length > 0 || strangers.length === 0 ? rolls : [line.trim()] }
}

/** looksLikeRoll: not a name, and not what else stands in sheets: a running number, a mark, an address, a phone number. */
function looksLikeRoll(text: string): boolean {
  return /\d/.test(text) && !/^\d{1,3}\.?$|^\d+\.\d+$|@|^\+?\d{10,}$/.test(text)
}

/** pieces are a line's cells; a cell that is no roll number as a whole is taken apart. */
function pieces(line: string, byRoll: ReadonlyMap<string, Attendee>): string[] {
  return line.split(/[\t,;|]+/).flatMap((cell) => {
    const whole = cell.trim()
    return byRoll.has(plain(whole)) ? [whole] : whole.split(/\s+/)
  })
}
