import { useInfiniteQuery } from '@tanstack/react-query'
import { Download } from 'lucide-react'
import { Button, DownloadButton } from '~/kit/Button'
import { Page } from '~/kit/Page'
import { Blank, Failed, Skeleton } from '~/kit/States'
import { useUrlState } from '~/kit/urlState'
import { t } from '~/texts'
import { Entry } from './Entry'
import { Filters } from './Filters'
import { auditQuery, entriesOf } from './queries'
import { csvAddress, filterNames, useAuditFilter } from './useAuditFilter'
import './audit.css'

export default function Audit() {
  const filter = useAuditFilter()
  return (
    <Page
      title={t.audit.title}
      lead={t.audit.lead}
      actions={
        <DownloadButton href={csvAddress(filter)}>
          <Download size={16} aria-hidden="true" />
          {t.audit.csv}
        </DownloadButton>
      }
    >
      <Filters />
      <Entries />
    </Page>
  )
}

function Entries() {
  const query = useInfiniteQuery(auditQuery(useAuditFilter()))
  const { set } = useUrlState()
  const clear = () => set(Object.fromEntries(filterNames.map((name) => [name, null])))
  if (query.error && !query.data) return <Failed error={query.error} onRetry={() => query.refetch()} />
  if (!query.data) return <Skeleton lines={8} height="3.5rem" />
  const entries = entriesOf(query.data.pages.flatMap((page) => page.rows))
  // A page may hold nothing but further lines of the last entry: whoever asks for more wants to see another one.
  const showMore = async () => {
    for (let found = entries.length; found === entries.length; ) {
      const { data, hasNextPage, isError } = await query.fetchNextPage()
      if (isError || !data || !hasNextPage) return
      found = entriesOf(data.pages.flatMap((page) => page.rows)).length
    }
  }
  if (entries.length === 0) {
    return (
      <Blank title={t.audit.none} action={<Button onPress={clear}>{t.audit.clear}</Button>}>
        {t.audit.noneText}
      </Blank>
    )
  }
  return (
    <>
      <ol className="audit" aria-label={t.audit.title}>
        {entries.map((lines) => (
          <Entry key={`${lines[0]?.audit_id}-${lines[0]?.line}`} lines={lines} />
        ))}
      </ol>
      {query.hasNextPage && (
        <div className="actions start">
          <Button isPending={query.isFetchingNextPage} onPress={showMore}>
            {t.common.more}
          </Button>
        </div>
      )}
    </>
  )
}
