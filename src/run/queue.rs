//! Which items may start: a ready set over a graph without cycles.
//!
//! The queue knows numbers only. Of the items that may start, the one with the
//! longest chain of items behind it comes first, because that chain bounds how
//! soon everything can be over; among equals, the one that was given first. An item
//! may be longer than others. Where there are ranks, items start in the order in which
//! they became ready instead, and ranks decide between those that did at the same time.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashSet};

/// Where an item stands in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Waits for this many others.
    Waiting(usize),
    /// May start.
    Ready,
    /// May start, and is kept for somebody.
    Reserved,
    /// Was handed out.
    Running,
    /// Will not be handed out any more.
    Done,
}

/// A ready set over the items `0..n`.
#[derive(Debug)]
pub(super) struct Queue {
    states: Vec<State>,
    /// Who waits for an item.
    after: Vec<Vec<usize>>,
    /// What decides between items that may start: the length of the longest chain that
    /// starts at each, itself included, or an order that was given.
    chain: Vec<u64>,
    /// Lower ones first; empty where chains decide.
    ranks: Vec<usize>,
    /// How many items are over.
    turn: u64,
    ready: BinaryHeap<(u64, Reverse<usize>)>,
    unfinished: usize,
    running: usize,
}

/// The items wait for each other in a circle.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("items wait for each other in a circle")]
pub(super) struct Cycle;

impl Queue {
    /// A queue of `count` items. An edge `(first, then)` makes `then` wait for
    /// `first`; edges may repeat. Edges of items beyond `count` do not count. An item
    /// without a length, or of none, is one long.
    ///
    /// # Errors
    /// The edges contain a circle.
    pub(super) fn new(count: usize, edges: &[(usize, usize)], lengths: &[u64]) -> Result<Self, Cycle> {
        let mut after = vec![Vec::new(); count];
        for &(first, then) in edges {
            if then < count
                && let Some(waiting) = after.get_mut(first)
            {
                waiting.push(then);
            }
        }
        let mut waits = vec![0usize; count];
        for list in &mut after {
            list.sort_unstable();
            list.dedup();
            for &then in &*list {
                bump(&mut waits, then, 1);
            }
        }
        let chain = chains(&after, &waits, lengths).ok_or(Cycle)?;
        let states = waits.into_iter().map(State::Waiting).collect();
        let (ready, ranks) = (BinaryHeap::new(), Vec::new());
        let mut queue = Self { states, after, chain, ranks, turn: 0, ready, unfinished: count, running: 0 };
        for item in 0..count {
            queue.release(item, 0);
        }
        Ok(queue)
    }

    /// The same, first come, first served; of those that come at the same time, lower
    /// ranks first. Where there are no ranks, nothing changes.
    pub(super) fn ranked(mut self, ranks: &[usize]) -> Self {
        if ranks.len() == self.chain.len() && !ranks.is_empty() {
            let early = |rank: &usize| u64::try_from(ranks.len().saturating_sub(*rank)).unwrap_or(u64::MAX);
            self.chain = ranks.iter().map(early).collect();
            ranks.clone_into(&mut self.ranks);
            for (_, Reverse(item)) in std::mem::take(&mut self.ready) {
                self.offer(item);
            }
        }
        self
    }

    /// An item may start from now on.
    fn offer(&mut self, item: usize) {
        if let (Some(rank), Some(chain)) = (self.ranks.get(item), self.chain.get_mut(item)) {
            let behind = (self.turn << 32) | u64::try_from(*rank).unwrap_or(u64::MAX);
            *chain = u64::MAX - behind;
        }
        self.set(item, State::Ready);
        self.ready.push((self.chain.get(item).copied().unwrap_or(0), Reverse(item)));
    }

    /// Hands out an item that may start; `None` where all that is left waits
    /// for running items, or nothing is left.
    pub(super) fn start(&mut self) -> Option<usize> {
        loop {
            let (_, Reverse(item)) = self.ready.pop()?;
            if self.states.get(item) == Some(&State::Ready) {
                self.set(item, State::Running);
                self.running += 1;
                return Some(item);
            }
        }
    }

    /// Keeps an item that may start for somebody; false where it may not.
    pub(super) fn reserve(&mut self, item: usize) -> bool {
        let is_ready = self.states.get(item) == Some(&State::Ready);
        if is_ready {
            self.set(item, State::Reserved);
        }
        is_ready
    }

    /// Hands out an item that was kept; false where it was taken out meanwhile.
    pub(super) fn start_reserved(&mut self, item: usize) -> bool {
        let is_kept = self.states.get(item) == Some(&State::Reserved);
        if is_kept {
            self.set(item, State::Running);
            self.running += 1;
        }
        is_kept
    }

    /// An item that was kept is for anybody again.
    pub(super) fn give_back(&mut self, item: usize) {
        if self.states.get(item) == Some(&State::Reserved) {
            self.set(item, State::Ready);
            self.ready.push((self.chain.get(item).copied().unwrap_or(0), Reverse(item)));
        }
    }

    /// An item that was handed out is over: those that waited only for it may start.
    pub(super) fn finish(&mut self, item: usize) {
        if !self.retire(item) {
            return;
        }
        for then in self.after.get(item).cloned().unwrap_or_default() {
            self.release(then, 1);
        }
    }

    /// An item that was handed out is over, and all that waits for it, however
    /// indirectly, will never start. Returns the latter, each after those that
    /// it waited for.
    pub(super) fn fail(&mut self, item: usize) -> Vec<usize> {
        if !self.retire(item) {
            return Vec::new();
        }
        let mut lost = Vec::new();
        let mut open = vec![item];
        while let Some(next) = open.pop() {
            for then in self.after.get(next).cloned().unwrap_or_default() {
                if self.retire(then) {
                    lost.push(then);
                    open.push(then);
                }
            }
        }
        self.in_order(lost)
    }

    /// Whether the end of `item` lets something start that waited for it last, or nothing waits
    /// at all. What is in `lost` counts as waiting, although it will never start.
    pub(super) fn was_awaited(&self, item: usize, lost: &HashSet<usize>) -> bool {
        let waits = |state: &State| matches!(state, State::Waiting(_));
        if lost.is_empty() && !self.states.iter().any(waits) {
            return true;
        }
        let is_over = |at: usize| self.states.get(at) == Some(&State::Done) && !lost.contains(&at);
        let ready = |then: &usize| match self.states.get(*then) {
            Some(State::Ready) => true,
            _ => lost.contains(then) && self.waited_for(*then).all(is_over),
        };
        self.after.get(item).into_iter().flatten().any(ready)
    }

    /// What an item waits or waited for.
    fn waited_for(&self, item: usize) -> impl Iterator<Item = usize> + '_ {
        let holds = move |(_, then): &(usize, &Vec<usize>)| then.binary_search(&item).is_ok();
        self.after.iter().enumerate().filter(holds).map(|(first, _)| first)
    }

    /// Takes out everything that has not started, each after those that it waited for.
    pub(super) fn abandon(&mut self) -> Vec<usize> {
        let idle = |state: &State| matches!(state, State::Waiting(_) | State::Ready | State::Reserved);
        let left: Vec<usize> =
            self.states.iter().enumerate().filter(|(_, state)| idle(state)).map(|(at, _)| at).collect();
        for &item in &left {
            self.retire(item);
        }
        self.in_order(left)
    }

    /// All items that are left, in the order in which one runner would do them.
    pub(super) fn order(mut self) -> Vec<usize> {
        let next = || {
            let item = self.start()?;
            self.finish(item);
            Some(item)
        };
        std::iter::from_fn(next).collect()
    }

    /// How many items have been handed out and are not over.
    pub(super) fn running(&self) -> usize {
        self.running
    }

    /// Whether everything is over.
    pub(super) fn is_done(&self) -> bool {
        self.unfinished == 0
    }

    /// Longer chains come first, and a chain shrinks with each step along it.
    fn in_order(&self, mut items: Vec<usize>) -> Vec<usize> {
        items.sort_by_key(|&item| (Reverse(self.chain.get(item).copied()), item));
        items
    }

    fn set(&mut self, item: usize, state: State) {
        if let Some(slot) = self.states.get_mut(item) {
            *slot = state;
        }
    }

    /// Marks an item as over; false where it was already.
    fn retire(&mut self, item: usize) -> bool {
        match self.states.get(item) {
            None | Some(State::Done) => return false,
            Some(State::Running) => self.running -= 1,
            Some(State::Waiting(_) | State::Ready | State::Reserved) => {}
        }
        self.set(item, State::Done);
        self.unfinished -= 1;
        self.turn += 1;
        true
    }

    /// Some that `item` waited for are over.
    fn release(&mut self, item: usize, over: usize) {
        if let Some(&State::Waiting(count)) = self.states.get(item) {
            let left = count.saturating_sub(over);
            if left > 0 {
                self.set(item, State::Waiting(left));
            } else {
                self.offer(item);
            }
        }
    }
}

fn bump(counts: &mut [usize], at: usize, by: usize) {
    if let Some(count) = counts.get_mut(at) {
        *count += by;
    }
}

/// The length of the longest chain from each item; `None` where there is a circle.
fn chains(after: &[Vec<usize>], waits: &[usize], lengths: &[u64]) -> Option<Vec<u64>> {
    let mut waits = waits.to_vec();
    let mut open: Vec<usize> =
        waits.iter().enumerate().filter(|(_, count)| **count == 0).map(|(at, _)| at).collect();
    let mut order = Vec::with_capacity(after.len());
    while let Some(item) = open.pop() {
        order.push(item);
        for &then in after.get(item).into_iter().flatten() {
            if let Some(count) = waits.get_mut(then) {
                *count -= 1;
                if *count == 0 {
                    open.push(then);
                }
            }
        }
    }
    if order.len() < after.len() {
        return None;
    }
    let mut chain = vec![0; after.len()];
    for item in order.into_iter().rev() {
        let behind = after.get(item).into_iter().flatten();
        let longest = behind.filter_map(|then| chain.get(*then).copied()).max().unwrap_or(0);
        if let Some(length) = chain.get_mut(item) {
            *length = longest + lengths.get(item).copied().unwrap_or_default().max(1);
        }
    }
    Some(chain)
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::{Strategy, any, prop_assert, prop_assert_eq, proptest};

    use super::*;

    #[test]
    fn the_longest_chain_goes_first_and_the_given_order_breaks_ties() {
        // 0 stands alone; 1 → 3 → 4; 2 → 4.
        let mut queue = Queue::new(5, &[(1, 3), (3, 4), (2, 4)], &[]).unwrap();
        assert_eq!(
            [queue.start(), queue.start(), queue.start(), queue.start()],
            [Some(1), Some(2), Some(0), None]
        );
        queue.finish(2);
        assert_eq!(queue.start(), None, "4 still waits for 3");
        queue.finish(1);
        assert_eq!(queue.start(), Some(3));
        queue.finish(3);
        queue.finish(0);
        assert_eq!(queue.start(), Some(4));
        queue.finish(4);
        assert!(queue.is_done());
    }

    #[test]
    fn an_item_may_be_longer_than_a_chain() {
        // 0 → 1 → 2 are three long, 3 is ten, 4 is two.
        let mut queue = Queue::new(5, &[(0, 1), (1, 2)], &[1, 0, 1, 10, 2]).unwrap();
        assert_eq!([queue.start(), queue.start(), queue.start()], [Some(3), Some(0), Some(4)]);
    }

    #[test]
    fn ranks_decide_where_there_are_some() {
        let queue = || Queue::new(4, &[(1, 3)], &[]).unwrap();
        assert_eq!(queue().ranked(&[2, 1, 0, 3]).order(), [2, 1, 0, 3]);
        let diamond = Queue::new(4, &[(0, 3), (1, 2)], &[]).unwrap();
        assert_eq!(diamond.ranked(&[0, 1, 2, 3]).order(), [0, 1, 3, 2], "3 is ready before 2");
        assert_eq!(queue().ranked(&[]).order(), queue().order());
    }

    #[test]
    fn a_failure_takes_out_all_that_is_behind_it() {
        let mut queue = Queue::new(5, &[(0, 1), (1, 2), (3, 2), (3, 4)], &[]).unwrap();
        assert_eq!(queue.start(), Some(0));
        assert_eq!(queue.fail(0), [1, 2]);
        assert_eq!(queue.start(), Some(3));
        queue.finish(3);
        assert_eq!(queue.start(), Some(4), "2 is never handed out");
        assert_eq!(queue.start(), None);
        assert_eq!(queue.running(), 1);
        assert_eq!(queue.fail(4), [0usize; 0]);
        assert!(queue.is_done());
    }

    #[test]
    fn what_is_lost_is_awaited_until_all_before_it_is_over() {
        let mut queue = Queue::new(3, &[(0, 2), (1, 2)], &[]).unwrap();
        assert_eq!([queue.start(), queue.start()], [Some(0), Some(1)]);
        let lost: HashSet<usize> = queue.fail(0).into_iter().collect();
        assert!(!queue.was_awaited(0, &lost), "2 would wait for 1 as well");
        queue.finish(1);
        assert!(queue.was_awaited(1, &lost));
    }

    #[test]
    fn what_has_not_started_can_be_abandoned() {
        let mut queue = Queue::new(3, &[(0, 1), (1, 2)], &[]).unwrap();
        assert_eq!(queue.start(), Some(0));
        assert_eq!(queue.abandon(), [1, 2]);
        queue.finish(0);
        assert_eq!(queue.start(), None);
        assert!(queue.is_done());
    }

    #[test]
    fn what_is_kept_for_somebody_is_handed_out_to_nobody_else() {
        let mut queue = Queue::new(4, &[(0, 3)], &[]).unwrap();
        assert_eq!(queue.start(), Some(0));
        assert!(queue.reserve(1) && queue.reserve(2) && !queue.reserve(3) && !queue.reserve(0));
        assert_eq!(queue.start(), None);
        queue.give_back(2);
        assert_eq!(queue.start(), Some(2));
        assert!(queue.start_reserved(1) && !queue.start_reserved(1));
        assert_eq!(queue.running(), 3);
        queue.finish(0);
        assert!(queue.reserve(3));
        assert_eq!(queue.abandon(), [3]);
        assert!(!queue.start_reserved(3));
    }

    #[test]
    fn circles_are_refused() {
        assert_eq!(Queue::new(2, &[(0, 1), (1, 0)], &[]).unwrap_err(), Cycle);
        assert_eq!(Queue::new(1, &[(0, 0)], &[]).unwrap_err(), Cycle);
    }

    /// A graph whose edges lead from lower to higher numbers, and which items fail.
    fn graphs() -> impl Strategy<Value = (usize, Vec<(usize, usize)>, Vec<bool>)> {
        (1usize..20).prop_flat_map(|count| {
            let edges = vec((0..count, 0..count), 0..40).prop_map(|pairs| {
                pairs.into_iter().filter(|(a, b)| a != b).map(|(a, b)| (a.min(b), a.max(b))).collect()
            });
            (proptest::strategy::Just(count), edges, vec(any::<bool>(), count))
        })
    }

    proptest! {
        #[test]
        fn each_item_ends_once_and_after_all_that_it_waits_for(
            (count, edges, fails) in graphs(), lengths in vec(0u64..9, 0..20), width in 1usize..4,
        ) {
            let mut queue = Queue::new(count, &edges, &lengths).unwrap();
            let mut running = Vec::new();
            let mut over = vec![None; count];
            while !queue.is_done() {
                while running.len() < width {
                    let Some(item) = queue.start() else { break };
                    for (first, _) in edges.iter().filter(|(_, then)| *then == item) {
                        prop_assert_eq!(over[*first], Some(true), "{} started before {}", item, first);
                    }
                    running.push(item);
                }
                prop_assert!(!running.is_empty(), "the queue is stuck");
                prop_assert_eq!(queue.running(), running.len());
                let item = running.remove(0);
                over[item] = Some(!fails[item]);
                if fails[item] {
                    for lost in queue.fail(item) {
                        prop_assert_eq!(over[lost], None, "{} ended twice", lost);
                        over[lost] = Some(false);
                    }
                } else {
                    queue.finish(item);
                }
            }
            // The plain way: an item succeeds if it does not fail and all before it succeed.
            let mut expected = vec![true; count];
            for item in 0..count {
                let before = edges.iter().filter(|(_, then)| *then == item);
                expected[item] = !fails[item] && before.clone().all(|(first, _)| expected[*first]);
            }
            prop_assert_eq!(over.into_iter().map(|end| end == Some(true)).collect::<Vec<_>>(), expected);
        }
    }
}
