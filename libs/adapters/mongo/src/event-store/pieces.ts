/** Items in order, in pieces of at most so many, and of so many bytes unless one item has more. */
export function piecesOf<Item>(
  items: readonly Item[],
  most: { readonly items: number; readonly size: number },
  sizeOf: (item: Item) => number,
): readonly (readonly Item[])[] {
  const pieces: Item[][] = [];
  let piece: Item[] = [];
  let size = 0;
  for (const item of items) {
    const more = sizeOf(item);
    if (piece.length > 0 && (piece.length >= most.items || size + more > most.size)) {
      pieces.push(piece);
      piece = [];
      size = 0;
    }
    piece.push(item);
    size += more;
  }
  if (piece.length > 0) pieces.push(piece);
  return pieces;
}
