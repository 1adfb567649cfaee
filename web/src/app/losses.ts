import { draftTitles } from '~/api/drafts'
import { unsentOf } from '~/api/kept'
import { unsavedTexts } from '~/api/unsaved'
import { t } from '~/texts'

/** lossesOf is what somebody would leave behind by signing out here, each in a sentence. */
export async function lossesOf(userId: number): Promise<string[]> {
  const marks = await unsentOf(userId)
  return [
    ...(marks > 0 ? [t.leaving.marks(marks)] : []),
    ...unsavedTexts(),
    ...draftTitles(userId).map((title) => t.leaving.draft(title || t.leaving.untitled)),
  ]
}
