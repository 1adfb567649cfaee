import { skipToken, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { type EligibleFilter, eligibleIds } from './queries'

const none: ReadonlySet<number> = new Set()

/**
 * useChosen is the choice by hand for a drive. It is kept while the console is open: filters come and go, pages are left and
 * come back to, and the choice stays. Signing out forgets it.
 */
export function useChosen(driveId: number) {
  const queries = useQueryClient()
  const queryKey = ['chosen', driveId]
  const { data: chosen = none } = useQuery<ReadonlySet<number>>({
    queryKey,
    queryFn: skipToken,
    structuralSharing: false,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: Number.POSITIVE_INFINITY,
  })
  const now = () => queries.getQueryData<ReadonlySet<number>>(queryKey) ?? none
  const set = (next: ReadonlySet<number>) => queries.setQueryData(queryKey, next)
  /** Takes all whom the filter leaves into the choice, or out of it, loaded or not. */
  const matching = useMutation({
    mutationFn: ({ filter }: { filter: EligibleFilter; on: boolean }) => eligibleIds(driveId, filter),
    onSuccess: ({ student_ids }, { on }) => {
      const next = new Set(now())
      for (const id of student_ids) {
        if (on) next.add(id)
        else next.delete(id)
      }
      set(next)
    },
  })
  /** Keeps only those who are eligible now; says how many had to go. */
  const dropIneligible = useMutation({
    mutationFn: () => eligibleIds(driveId),
    onSuccess: ({ student_ids }) => {
      const eligible = new Set(student_ids)
      set(new Set([...now()].filter((id) => eligible.has(id))))
    },
  })
  return { chosen, set, clear: () => set(none), matching, dropIneligible }
}
