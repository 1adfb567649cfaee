import { useState } from 'react'
import { useSession } from '~/api/session'

/**
 * useKeptExport remembers a person's last export of a drive in this browser, so that it is offered to whoever comes back to
 * the page, also tomorrow.
 */
export function useKeptExport(driveId: number) {
  const { user } = useSession()
  const key = `placeops-export-${user.user_id}-${driveId}`
  const [jobId, setJobId] = useState(() => Number(localStorage.getItem(key)) || null)
  const keep = (id: number | null) => {
    if (id) localStorage.setItem(key, String(id))
    else localStorage.removeItem(key)
    setJobId(id)
  }
  return [jobId, keep] as const
}
