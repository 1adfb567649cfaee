import { queryOptions } from '@tanstack/react-query'
import { queryClient } from '~/api/session'
import { setUnsaved } from '~/api/unsaved'
import { t } from '~/texts'
import type { NewCode } from './CodeDialog'

/**
 * The code of a new person is in this window's memory until somebody says that it is passed on, so that a press of the Back
 * button does not lose it. It goes with the window or the sign-in.
 */
export const newCodeQuery = queryOptions({
  queryKey: ['new-code'],
  queryFn: () => queryClient.getQueryData<NewCode | null>(['new-code']) ?? null,
  staleTime: Number.POSITIVE_INFINITY,
  gcTime: Number.POSITIVE_INFINITY,
})

export function holdCode(code: NewCode | null) {
  setUnsaved('new code', code && { text: t.people.code.unsaved(code.name) })
  queryClient.setQueryData(newCodeQuery.queryKey, code)
}

/** codeIsOut: it is copied or printed, nobody has to be asked any more. */
export const codeIsOut = () => setUnsaved('new code', null)
