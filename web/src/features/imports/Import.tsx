import { useQuery } from '@tanstack/react-query'
import { FileUp } from 'lucide-react'
import { LinkButton } from '~/kit/Button'
import { Page } from '~/kit/Page'
import { Failed, Skeleton } from '~/kit/States'
import { useUrlState } from '~/kit/urlState'
import { t } from '~/texts'
import { ChooseSheet } from './ChooseSheet'
import { ImportRun } from './ImportRun'
import { importJobQuery } from './queries'
import { RecentImports } from './RecentImports'
import './imports.css'

/** Import is a sheet's way: choose, check, import. Which job it is about stands in the address. */
export default function Import() {
  const { get } = useUrlState()
  const id = Number(get('job')) || null
  return (
    <Page
      title={t.imports.title}
      lead={t.imports.lead}
      actions={
        id && (
          <LinkButton to="/import">
            <FileUp size={16} aria-hidden="true" />
            {t.imports.another}
          </LinkButton>
        )
      }
    >
      {id ? (
        <OneImport key={id} id={id} />
      ) : (
        <>
          <ChooseSheet />
          <RecentImports />
        </>
      )}
    </Page>
  )
}

function OneImport({ id }: { id: number }) {
  const query = useQuery(importJobQuery(id))
  if (query.data) return <ImportRun first={query.data} />
  if (query.error) return <Failed error={query.error} onRetry={() => query.refetch()} />
  return <Skeleton lines={4} />
}
