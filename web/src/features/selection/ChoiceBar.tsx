import { useState } from 'react'
import { messageOf } from '~/api/problem'
import type { DriveBody } from '~/api/schema'
import { Button } from '~/kit/Button'
import { count } from '~/kit/format'
import { t } from '~/texts'
import type { useChosen } from './chosen'
import { Publish } from './Publish'
import type { EligibleFilter } from './queries'

/** ChoiceBar says how many are chosen by hand, and publishes to them or to everybody. It is always there, so nothing moves. */
export function ChoiceBar({
  drive,
  all,
  matching,
  filter,
  isNarrowed,
  choice,
}: {
  drive: DriveBody
  all: number | null
  matching: number | null
  filter: EligibleFilter
  isNarrowed: boolean
  choice: ReturnType<typeof useChosen>
}) {
  const [publishing, setPublishing] = useState<'chosen' | 'all' | null>(null)
  const chosen = choice.chosen.size
  const howMany = count(matching)
  return (
    <section className="card choice-bar" aria-label={t.selection.columns.selected}>
      <div className="row">
        <strong className="num" role="status">
          {chosen > 0 ? t.selection.chosen(count(chosen)) : t.selection.chosenNone}
        </strong>
        <Button
          isPending={choice.matching.isPending}
          isDisabled={!matching}
          onPress={() => choice.matching.mutate({ filter, on: true })}
        >
          {isNarrowed ? t.selection.selectMatching(howMany) : t.selection.selectAll(howMany)}
        </Button>
        <Button look="plain" isDisabled={chosen === 0} onPress={choice.clear}>
          {t.selection.clear}
        </Button>
      </div>
      <div className="row">
        <Button
          {...(chosen === 0 ? { look: 'primary' as const } : {})}
          isDisabled={!all}
          onPress={() => setPublishing('all')}
        >
          {t.selection.publishAll}
        </Button>
        <Button
          {...(chosen > 0 ? { look: 'primary' as const } : {})}
          isDisabled={chosen === 0}
          onPress={() => setPublishing('chosen')}
        >
          {chosen > 0 ? t.selection.publishChosen(count(chosen)) : t.selection.publishNoneChosen}
        </Button>
      </div>
      {choice.matching.error && (
        <p className="banner bad" role="alert">
          {messageOf(choice.matching.error)}
        </p>
      )}
      {publishing && (
        <Publish
          drive={drive}
          whom={publishing}
          all={all ?? 0}
          isNarrowed={isNarrowed}
          choice={choice}
          onClose={() => setPublishing(null)}
        />
      )}
    </section>
  )
}
