/** Where a list is cut so that what is the same in two readings of it falls into the same pages. */
export interface Cut {
  /** One item in so many ends a page, on average; a power of two. */
  readonly every: number
  /** No page has more. */
  readonly most: number
}

const bits = 32

/** Spreads ids that follow each other, or that have a stride, evenly. */
const spread = (id: number): number => Math.imul(id, 0x9e3779b1) >>> 0

/**
 * The items in pages. Whether an item ends its page follows from its id alone, so that one that comes or goes changes its
 * own page and no other: ranges of ids would do so as well, but leave a page for each object where ids lie far apart.
 */
export const pagesOf = <A>(items: Iterable<A>, idOf: (item: A) => number, { every, most }: Cut): Array<Array<A>> => {
  const width = 2 ** bits / every
  const pages: Array<Array<A>> = []
  let page: Array<A> = []
  for (const item of items) {
    page.push(item)
    if (page.length < most && spread(idOf(item)) >= width) continue
    pages.push(page)
    page = []
  }
  if (page.length > 0) pages.push(page)
  return pages
}
