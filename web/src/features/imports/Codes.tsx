import { useMutation, useQuery } from '@tanstack/react-query'
import { Download, Printer } from 'lucide-react'
import { useState } from 'react'
import type { Job } from '~/api/jobs'
import { messageOf } from '~/api/problem'
import { queryClient } from '~/api/session'
import { setUnsaved } from '~/api/unsaved'
import { Button, LinkButton } from '~/kit/Button'
import { CodeCards } from '~/kit/CodeCards'
import { Confirm } from '~/kit/Dialog'
import { count } from '~/kit/format'
import { t } from '~/texts'
import { type Codes as CodeList, codesQuery, fetchCodes, importJobQuery, resultOf } from './queries'

const words = t.imports.codes

/** Codes hands out the one-time codes of an import: they are fetched once, held in this window, and then saved or printed. */
export function Codes({ job }: { job: Job }) {
  const { data: codes } = useQuery(codesQuery(job.id))
  const [isForgotten, setForgotten] = useState(false)
  if (codes) return <Have jobId={job.id} codes={codes} onForget={() => setForgotten(true)} />
  if (!job.download_url || isForgotten) {
    return (
      <section className="card stack tight">
        <h2>{words.title}</h2>
        <p>{words.taken}</p>
        <div className="actions start">
          <LinkButton to="/people?role=STUDENT">{words.toPeople}</LinkButton>
        </div>
      </section>
    )
  }
  return <Fetch job={job} />
}

function keep(jobId: number, codes: CodeList | null) {
  const many = codes && !codes.isSaved && !codes.isPrinted ? codes.cards.length : 0
  setUnsaved(`codes ${jobId}`, many > 0 ? { text: words.unsaved(many, count(many)) } : null)
  queryClient.setQueryData(codesQuery(jobId).queryKey, codes)
}

function Fetch({ job }: { job: Job }) {
  const fetching = useMutation({
    mutationFn: () => fetchCodes(job.id),
    onSuccess: (codes) => keep(job.id, codes),
    // Somebody else may have been faster.
    onError: () => queryClient.invalidateQueries({ queryKey: importJobQuery(job.id).queryKey }),
  })
  const created = resultOf(job)?.created ?? 0
  return (
    <section className="card stack tight">
      <h2>{words.title}</h2>
      <p>{words.count(created, count(created))}</p>
      <p className="banner warn">{words.once}</p>
      {fetching.error && (
        <p className="banner bad" role="alert">
          {messageOf(fetching.error)}
        </p>
      )}
      <div className="actions start">
        <Button look="primary" isPending={fetching.isPending} onPress={() => fetching.mutate()}>
          {words.get}
        </Button>
      </div>
    </section>
  )
}

const cardsOnASheet = 10

function Have({ jobId, codes, onForget }: { jobId: number; codes: CodeList; onForget: () => void }) {
  const [asks, setAsks] = useState(false)
  const total = count(codes.cards.length)
  return (
    <section className="card stack tight">
      <h2>{words.title}</h2>
      <p>{words.have(codes.cards.length, total)}</p>
      <p className="quiet">{words.perSheet(count(Math.ceil(codes.cards.length / cardsOnASheet)))}</p>
      <div className="actions start">
        <Button
          look="primary"
          onPress={() => {
            saveAs(words.file(jobId), codes.csv)
            keep(jobId, { ...codes, isSaved: true })
          }}
        >
          <Download size={16} aria-hidden="true" />
          {words.save}
        </Button>
        <Button
          look="primary"
          onPress={() => {
            window.print()
            keep(jobId, { ...codes, isPrinted: true })
          }}
        >
          <Printer size={16} aria-hidden="true" />
          {words.print}
        </Button>
        <Button onPress={() => setAsks(true)}>{words.forget}</Button>
      </div>
      <Confirm
        title={words.forgetTitle}
        action={words.forgetDo}
        isOpen={asks}
        onClose={() => setAsks(false)}
        onConfirm={() => {
          onForget()
          keep(jobId, null)
        }}
      >
        <p>{codes.isSaved ? words.savedText : codes.isPrinted ? words.printedText : words.unsavedText(total)}</p>
      </Confirm>
      <CodeCards cards={codes.cards} />
    </section>
  )
}

/** saveAs lets the browser save a text that only this window has. */
function saveAs(name: string, text: string) {
  const address = URL.createObjectURL(new Blob([text], { type: 'text/csv;charset=utf-8' }))
  const link = document.createElement('a')
  link.href = address
  link.download = name
  link.click()
  // The browser has begun to read it by then.
  setTimeout(() => URL.revokeObjectURL(address), 10_000)
}
