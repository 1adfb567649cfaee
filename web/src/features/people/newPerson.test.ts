import { expect, test } from 'vitest'
import { newPerson } from './newPerson'

function form(fields: Record<string, string>) {
  const data = new FormData()
  for (const [name, value] of Object.entries(fields)) data.set(name, value)
  return data
}

test('what is empty is left out, and a student’s data go with a student only', () => {
  const fields = form({
    name: ' Asha ',
    email: 'a@x.example',
    phone: '',
    roll_number: 'R1',
    cgpa: '8.25',
    batch_year: '',
  })
  expect(newPerson('STAFF', fields)).toEqual({ role: 'STAFF', name: 'Asha', email: 'a@x.example' })
  expect(newPerson('STUDENT', fields)).toEqual({
    role: 'STUDENT',
    name: 'Asha',
    email: 'a@x.example',
    roll_number: 'R1',
    cgpa: 8.25,
  })
})
