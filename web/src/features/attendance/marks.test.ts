import { describe, expect, test } from 'vitest'
import { type Attendee, applied, counted, found, nextBatch, type QueuedMark, type Status } from './marks'
import { readPasted } from './paste'

const person = (student_id: number, roll_number: string, name: string, status: Status | null = null): Attendee => ({
  student_id,
  roll_number,
  name,
  status,
})

const rows = [
  person(1, '21CS004', 'Asha Rao'),
  person(2, '21CS014', 'Vikram Shah', 'PRESENT'),
  person(3, '21ME004', 'Divya Rao'),
  person(4, '21ME040', 'José Fernandes', 'ABSENT'),
]

let at = 0
const queued = (student_id: number, status: Status | null): QueuedMark => {
  at++
  return { id: String(at), student_id, roll_number: '', name: '', status, before: null, at }
}

const ids = (all: readonly { student_id: number }[]) => all.map(({ student_id }) => student_id)

describe('who is meant', () => {
  test('the whole roll number before its end, its end before a part', () => {
    expect(ids(found(rows, '21cs-004'))).toEqual([1])
    expect(ids(found(rows, '004'))).toEqual([1, 3])
    expect(ids(found(rows, '04'))).toEqual([1, 3, 4])
    expect(ids(found(rows, ' 21 ME '))).toEqual([3, 4])
  })

  test('words of the name, in any order, and who is not marked yet first', () => {
    expect(ids(found(rows, 'rao di'))).toEqual([3])
    expect(ids(found([person(9, 'X1', 'Asha Rao', 'PRESENT'), ...rows], 'rao'))).toEqual([1, 3, 9])
    expect(ids(found(rows, 'josé'))).toEqual([4])
  })

  test('nobody for nothing, or for what is nobody', () => {
    expect(found(rows, ' - ')).toEqual([])
    expect(found(rows, '99XX999')).toEqual([])
  })
})

describe('what goes out', () => {
  test('in order, a student once in each request', () => {
    const queue = [
      queued(1, 'PRESENT'),
      queued(2, 'ABSENT'),
      queued(1, 'ABSENT'),
      queued(3, null),
      queued(4, 'PRESENT'),
    ]
    const sent: number[][] = []
    for (let rest = queue; rest.length > 0; ) {
      const batch = nextBatch(rest, 50)
      sent.push(ids(batch))
      rest = rest.slice(batch.length)
    }
    expect(sent).toEqual([
      [1, 2],
      [1, 3, 4],
    ])
    expect(nextBatch(queue, 1)).toHaveLength(1)
    expect(nextBatch([], 50)).toEqual([])
  })

  test('the list shows the last mark of each, whether it is saved or not', () => {
    const now = applied(rows, [queued(1, 'PRESENT'), queued(2, null), queued(1, 'ABSENT')])
    expect(now.map(({ status }) => status)).toEqual(['ABSENT', null, null, 'ABSENT'])
    expect(now[2]).toBe(rows[2])
    expect(counted(now)).toEqual({ all: 4, present: 0, absent: 2, unmarked: 2 })
  })
})

describe('what is pasted', () => {
  const read = (text: string, otherwise: Status = 'PRESENT') => {
    const { marks, unknown, unclear } = readPasted(text, rows, otherwise)
    return { marks: marks.map(({ student, status }) => [student.student_id, status]), unknown, unclear: ids(unclear) }
  }

  test('one per line, or separated by anything', () => {
    const all = { marks: [1, 2, 3].map((id) => [id, 'PRESENT']), unknown: [], unclear: [] }
    for (const text of ['21CS004\n21CS014\r\n21ME004\n', '21cs004, 21CS014;21ME004', ' 21-CS-004 21CS014\t21ME004 '])
      expect(read(text), text).toEqual(all)
  })

  test('rows of a sheet, with names and marks', () => {
    expect(read('1.\t21CS004\tAsha Rao\t8.41\ta1@x.in\tP\n2\t21 ME 004\tDivya Rao\t9845012345\tabsent')).toEqual({
      marks: [
        [1, 'PRESENT'],
        [3, 'ABSENT'],
      ],
      unknown: [],
      unclear: [],
    })
    expect(read('21CS004 21CS014 A 21ME004 P', 'ABSENT').marks).toEqual([
      [1, 'ABSENT'],
      [2, 'ABSENT'],
      [3, 'PRESENT'],
    ])
  })

  test('what is nobody is named, a heading as a whole', () => {
    expect(read('Roll number, Name\n21CS004, 21CS999\n99XX001').unknown).toEqual([
      'Roll number, Name',
      '21CS999',
      '99XX001',
    ])
  })

  test('who stands there twice differently is named; the last counts', () => {
    expect(read('21CS004 P\n21CS004 A\n21CS014\n21CS014')).toEqual({
      marks: [
        [1, 'ABSENT'],
        [2, 'PRESENT'],
      ],
      unknown: [],
      unclear: [1],
    })
  })
})
