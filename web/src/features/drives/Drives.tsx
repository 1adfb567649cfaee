import { Plus } from 'lucide-react'
import { useEffect, useState } from 'react'
import { useSearchParams } from 'wouter'
import { useSession } from '~/api/session'
import { LinkButton } from '~/kit/Button'
import { useDebounced } from '~/kit/debounced'
import { Page } from '~/kit/Page'
import { SearchField } from '~/kit/SearchField'
import { t } from '~/texts'
import { Board } from './Board'
import { DriveList } from './DriveList'
import './drives.css'

/** Drives is a board by state for those who run drives, and a plain list for those who read. */
export default function Drives() {
  const { role } = useSession()
  const [params, setParams] = useSearchParams()
  const q = params.get('q') ?? ''
  const [typed, type] = useState(q)
  const wanted = useDebounced(typed.trim())
  // The address keeps the search, so that coming back from a drive finds it again.
  useEffect(() => {
    if (wanted === q) return
    setParams(
      (before) => {
        const next = new URLSearchParams(before)
        if (wanted) next.set('q', wanted)
        else next.delete('q')
        return next
      },
      { replace: true },
    )
  }, [wanted, q, setParams])
  const runs = role === 'COORDINATOR' || role === 'HEAD'
  return (
    <Page
      title={t.drives.title}
      actions={
        <>
          <SearchField label={t.drives.searchLabel} value={typed} onChange={type} />
          {runs && (
            <LinkButton to="/drives/new" look="primary">
              <Plus size={16} aria-hidden="true" />
              {t.drives.newDrive}
            </LinkButton>
          )}
        </>
      }
    >
      {runs ? <Board q={q} /> : <DriveList q={q} />}
    </Page>
  )
}
