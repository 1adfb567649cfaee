import { expect, test } from 'vitest'
import { around } from './around'
import { readCSV } from './readCSV'

const rows = readCSV(
  'Roll No,Name,Batch,C.G.P.A.,10th %\n1,A,2026,7,60\n2,B,2026,11,70\n3,C,2026,8,80\n4,D,2026,8,\n5,E,x,9,90',
)
const at = (line: number, column: string, value: string) => around(rows, { line, column, value, message: '' })

test('the row of a fault and those around it', () => {
  expect(at(4, 'cgpa', '8')?.rows.map((row) => row.line)).toEqual([2, 3, 4, 5, 6])
  expect(at(2, 'cgpa', '7')?.rows.map((row) => row.line)).toEqual([2, 3, 4])
  expect(at(9, 'cgpa', '7')).toBeNull()
  expect(at(0, '', '')).toBeNull()
})

test('the cell is found by its heading, else by what it holds, else not at all', () => {
  expect(at(3, 'cgpa', '11')?.column).toBe(3)
  expect(at(6, 'batch_year', 'x')?.column).toBe(2)
  expect(at(5, 'tenth_percent', '')?.column).toBe(4)
  expect(at(4, 'gap_years', 'nowhere')?.column).toBe(-1)
  expect(at(4, '', '')?.column).toBe(-1)
})
