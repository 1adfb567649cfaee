import { expect, test } from 'vitest'
import { readCSV } from './readCSV'

test('quotes, line ends inside of cells, and empty lines keep the file’s own line numbers', () => {
  expect(readCSV('\ufeffroll,name\r\n\r\n1,"Rao, ""A"""\n2,"two\nlines"\n3,x')).toEqual([
    { line: 1, cells: ['roll', 'name'] },
    { line: 3, cells: ['1', 'Rao, "A"'] },
    { line: 4, cells: ['2', 'two\nlines'] },
    { line: 6, cells: ['3', 'x'] },
  ])
})

test('the delimiter is what the header has most of', () => {
  expect(readCSV('roll;name, first;cgpa\n1;A;7,5')[1]?.cells).toEqual(['1', 'A', '7,5'])
  expect(readCSV('roll\tname\n1\tA')[1]?.cells).toEqual(['1', 'A'])
})
