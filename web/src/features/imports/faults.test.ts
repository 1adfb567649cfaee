import { expect, test } from 'vitest'
import { byColumn, byKind, matching } from './faults'

const fault = (line: number, column: string, message: string) => ({ line, column, value: 'x', message })
const faults = [
  fault(2, 'cgpa', 'a CGPA from 0 to 10 is needed'),
  fault(3, 'cgpa', 'a CGPA from 0 to 10 is needed'),
  fault(4, 'email', 'the same as line 2'),
  fault(5, 'email', 'the same as line 3'),
  fault(6, 'email', 'the same as line 4'),
  fault(7, '', 'more cells than headings'),
]

test('faults are counted by column and by kind, the most frequent first', () => {
  expect(byColumn(faults).map(({ text, count }) => [text, count])).toEqual([
    ['E-mail', 3],
    ['CGPA', 2],
    ['Whole row', 1],
  ])
  expect(byKind(faults).map(({ text, count }) => [text, count])).toEqual([
    ['E-mail: the same as line …', 3],
    ['CGPA: a CGPA from 0 to 10 is needed', 2],
    ['Whole row: more cells than headings', 1],
  ])
})

test('a group finds its faults again', () => {
  for (const { key, count } of byKind(faults)) expect(matching(faults, '', key)).toHaveLength(count)
  for (const { key, count } of byColumn(faults)) expect(matching(faults, key, '')).toHaveLength(count)
})
