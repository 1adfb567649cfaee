import { type InfiniteData, useMutation, useQueryClient } from '@tanstack/react-query'
import { api, data, type Page } from '~/api/client'
import type { PatchStudentInputBody, StudentBody } from '~/api/schema'
import { studentQuery } from './queries'

/**
 * useStudentChange saves and puts the answer wherever the student is shown. The lists are not read anew: the row stays under
 * the finger, also when it no longer fits the filter.
 */
export function useStudentChange(id: number, onDone: (student: StudentBody) => void) {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: (body: PatchStudentInputBody) => data(api.PATCH('/students/{id}', { params: { path: { id } }, body })),
    onSuccess: (student) => {
      queries.setQueryData(studentQuery(id).queryKey, student)
      queries.setQueriesData<InfiniteData<Page<StudentBody>>>({ queryKey: ['students', 'list'] }, (list) =>
        list ? { ...list, pages: list.pages.map((page) => replaced(page, student)) } : list,
      )
      // Whom a drive reaches depends on the marks.
      queries.invalidateQueries({ queryKey: ['explain'] })
      onDone(student)
    },
  })
}

function replaced(page: Page<StudentBody>, student: StudentBody): Page<StudentBody> {
  const at = page.rows.findIndex((row) => row.student_id === student.student_id)
  return at < 0 ? page : { ...page, rows: page.rows.with(at, student) }
}
