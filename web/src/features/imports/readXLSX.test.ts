import { strToU8, zipSync } from 'fflate'
import { expect, test } from 'vitest'
import { readXLSX } from './readXLSX'

const book = (sheet: string, others: Record<string, string> = {}) => {
  const files = { 'xl/worksheets/sheet1.xml': `<worksheet>${sheet}</worksheet>`, ...others }
  return zipSync(Object.fromEntries(Object.entries(files).map(([name, xml]) => [name, strToU8(xml)])))
}

test('cells keep their places, and rows their numbers, when some are left out', () => {
  const rows =
    '<row r="2"><c r="B2"><v>7.10</v></c><c r="D2" t="b"><v>1</v></c></row><row r="5"><c><v>1</v></c><c><v>2</v></c></row>'
  expect(readXLSX(book(`<sheetData>${rows}</sheetData>`))).toEqual([
    { line: 2, cells: ['', '7.10', '', '1'] },
    { line: 5, cells: ['1', '2'] },
  ])
})

test('texts are shared, in the cell, in pieces and with entities; tags may have a prefix', () => {
  const shared = '<sst><si><t>Roll</t></si><si><r><t>R&amp;</t></r><r><t xml:space="preserve"> D</t></r></si></sst>'
  const cells =
    '<x:c t="s"><x:v>1</x:v></x:c><x:c t="inlineStr"><x:is><x:t>Asha &#8211; Rao</x:t></x:is></x:c><x:c t="s"><x:v>0</x:v></x:c>'
  const sheet = book(`<x:sheetData><x:row r="1">${cells}</x:row></x:sheetData>`, { 'xl/sharedStrings.xml': shared })
  expect(readXLSX(sheet)).toEqual([{ line: 1, cells: ['R& D', 'Asha – Rao', 'Roll'] }])
})

test('it is the first sheet of the workbook, whatever its file is called', () => {
  const sheet = book('', {
    'xl/workbook.xml':
      '<workbook><sheets><sheet name="Now" r:id="rId7"/><sheet name="Old" r:id="rId1"/></sheets></workbook>',
    'xl/_rels/workbook.xml.rels':
      '<Relationships><Relationship Id="rId1" Target="worksheets/sheet1.xml"/><Relationship Id="rId7" Target="/xl/worksheets/now.xml"/></Relationships>',
    'xl/worksheets/now.xml': '<worksheet><sheetData><row><c t="str"><v>first</v></c></row></sheetData></worksheet>',
  })
  expect(readXLSX(sheet)).toEqual([{ line: 1, cells: ['first'] }])
})

test('what is no workbook, or has no sheet, cannot be read', () => {
  expect(() => readXLSX(strToU8('roll,name'))).toThrow()
  expect(() => readXLSX(zipSync({ 'a.txt': strToU8('a') }))).toThrow('no sheet')
})
