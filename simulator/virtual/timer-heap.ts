/**
 * The timers of a virtual clock: a binary heap by due time, ties in the order of scheduling.
 * Cancelling is lazy: a cancelled timer loses its callback and stays until it surfaces, or until more than half of
 * the heap is cancelled, when all of them are swept out.
 */
import type { Timer } from '../../client/platform/platform.ts';

/** Heaps smaller than this are never swept: their cancelled timers surface soon enough. */
const SWEEP_FROM_SIZE = 256;

export class TimerNode implements Timer {
  readonly dueMs: number;
  readonly sequence: number;
  readonly #heap: TimerHeap;
  #callback: (() => void) | undefined;

  constructor(dueMs: number, sequence: number, callback: () => void, heap: TimerHeap) {
    this.dueMs = dueMs;
    this.sequence = sequence;
    this.#callback = callback;
    this.#heap = heap;
  }

  get isCancelled(): boolean {
    return this.#callback === undefined;
  }

  cancel(): void {
    if (this.#callback === undefined) return;
    this.#callback = undefined;
    this.#heap.onCancelled();
  }

  /** The callback, once. */
  take(): (() => void) | undefined {
    const callback = this.#callback;
    this.#callback = undefined;
    return callback;
  }
}

export class TimerHeap {
  /** The sequence number that the next timer will get. */
  nextSequence = 0;
  #nodes: TimerNode[] = [];
  #cancelled = 0;

  /** Timers in the heap, the cancelled ones that were not swept yet included. */
  get size(): number {
    return this.#nodes.length;
  }

  add(dueMs: number, callback: () => void): TimerNode {
    const node = new TimerNode(dueMs, this.nextSequence, callback, this);
    this.nextSequence += 1;
    this.#nodes.push(node);
    this.#siftUp(this.#nodes.length - 1);
    return node;
  }

  /** The earliest timer that is not cancelled; it stays in the heap. */
  peek(): TimerNode | undefined {
    for (;;) {
      const top = this.#nodes[0];
      if (top === undefined || !top.isCancelled) return top;
      this.#cancelled -= 1;
      this.pop();
    }
  }

  pop(): void {
    const last = this.#nodes.pop();
    if (last === undefined || this.#nodes.length === 0) return;
    this.#nodes[0] = last;
    this.#siftDown(0);
  }

  onCancelled(): void {
    this.#cancelled += 1;
    if (this.#nodes.length < SWEEP_FROM_SIZE || this.#cancelled * 2 < this.#nodes.length) return;
    this.#nodes = this.#nodes.filter((node) => !node.isCancelled).sort(compareNodes);
    this.#cancelled = 0;
  }

  #siftUp(start: number): void {
    const nodes = this.#nodes;
    const node = nodes[start];
    if (node === undefined) return;
    let index = start;
    while (index > 0) {
      const above = (index - 1) >> 1;
      const parent = nodes[above];
      if (parent === undefined || compareNodes(parent, node) <= 0) break;
      nodes[index] = parent;
      index = above;
    }
    nodes[index] = node;
  }

  #siftDown(start: number): void {
    const nodes = this.#nodes;
    const node = nodes[start];
    if (node === undefined) return;
    let index = start;
    for (;;) {
      const left = nodes[2 * index + 1];
      if (left === undefined) break;
      const right = nodes[2 * index + 2];
      const rightIsFirst = right !== undefined && compareNodes(right, left) < 0;
      const child = rightIsFirst ? right : left;
      if (compareNodes(node, child) <= 0) break;
      nodes[index] = child;
      index = 2 * index + (rightIsFirst ? 2 : 1);
    }
    nodes[index] = node;
  }
}

function compareNodes(a: TimerNode, b: TimerNode): number {
  return a.dueMs - b.dueMs || a.sequence - b.sequence;
}
