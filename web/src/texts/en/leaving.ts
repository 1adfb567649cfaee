/** What is said before somebody leaves behind what is not saved. */
export const leaving = {
  title: 'Sign out with unsaved work?',
  action: 'Sign out all the same',
  marks: (many: number) =>
    `${many === 1 ? '1 mark' : `${many} marks`} of attendance not saved yet. They stay in this browser, readable for whoever uses it, and go out only when you sign in here again.`,
  draft: (title: string) => `What you typed for ${title} is not saved. It goes from this browser.`,
  untitled: 'a new drive',
} as const
