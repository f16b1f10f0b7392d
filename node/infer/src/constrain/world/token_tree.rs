//! Owns the tree of all tokens by their bytes, laid out for one walk without recursion. Refuses to know words.

use super::cursors::{Cursor, Cursors, Trees};
use crate::constrain::{TokenMask, TokenTable};

/// No token ends here.
const NO_TOKEN: u32 = u32::MAX;

/// One node, in the order of a walk from the root (a node before its children).
#[derive(Debug, Clone, Copy)]
struct Node {
    /// The byte that leads here.
    byte: u8,
    /// Bytes from the root to here.
    depth: u16,
    /// The node after everything below this one.
    end: u32,
    /// The first token spelled so, or [`NO_TOKEN`].
    token: u32,
}

/// The tree; node 0 is the root.
#[derive(Debug, Clone)]
pub(super) struct TokenTree {
    nodes: Vec<Node>,
    /// For each token, the next one that is spelled alike, or [`NO_TOKEN`].
    alike: Vec<u32>,
}

impl TokenTree {
    pub(super) fn new(table: &TokenTable) -> TokenTree {
        let mut order: Vec<u32> = (0..table.len() as u32).filter(|id| !table.bytes(*id).is_empty()).collect();
        order.sort_by(|a, b| table.bytes(*a).cmp(table.bytes(*b)).then(a.cmp(b)));
        let mut nodes = vec![Node { byte: 0, depth: 0, end: 0, token: NO_TOKEN }];
        let mut alike = vec![NO_TOKEN; table.len()];
        // The nodes from the root to the latest one.
        let mut path: Vec<usize> = vec![0];
        let mut before: &[u8] = &[];
        for id in order {
            let bytes = table.bytes(id);
            let shared = bytes.iter().zip(before).take_while(|(a, b)| a == b).count();
            for closed in path.drain(shared + 1..) {
                nodes[closed].end = nodes.len() as u32;
            }
            for &byte in &bytes[shared..] {
                path.push(nodes.len());
                nodes.push(Node { byte, depth: path.len() as u16 - 1, end: 0, token: NO_TOKEN });
            }
            let node = &mut nodes[path[path.len() - 1]];
            alike[id as usize] = node.token;
            node.token = id;
            before = bytes;
        }
        for open in path {
            nodes[open].end = nodes.len() as u32;
        }
        TokenTree { nodes, alike }
    }

    /// Walks everything below `top` from these cursors and puts every token into `mask` whose last byte leaves a cursor.
    /// `visit` sees each node that is reached and its cursors.
    pub(super) fn walk(
        &self,
        trees: &Trees,
        top: u32,
        from: Cursors,
        mask: &mut TokenMask,
        mut visit: impl FnMut(u32, &Cursors),
    ) {
        let base = self.nodes[top as usize].depth;
        // The cursors after each byte of the path from the top.
        let mut path = vec![from];
        let mut at = top + 1;
        while at < self.nodes[top as usize].end {
            let node = self.nodes[at as usize];
            let depth = usize::from(node.depth - base);
            path.truncate(depth);
            let to = trees.step(&path[depth - 1], node.byte);
            if to.is_empty() {
                at = node.end;
                continue;
            }
            path.push(to);
            self.allow_at(at, mask);
            visit(at, &to);
            at += 1;
        }
    }

    /// Walks on from a cursor inside a word, without leaving the word at its first byte.
    pub(super) fn walk_on(
        &self,
        trees: &Trees,
        cursor: Cursor,
        mask: &mut TokenMask,
        mut visit: impl FnMut(u32, &Cursors),
    ) {
        for node in self.children(0) {
            let mut to = Cursors::EMPTY;
            trees.go_on(cursor, self.nodes[node as usize].byte, &mut to);
            if !to.is_empty() {
                self.allow_at(node, mask);
                visit(node, &to);
                self.walk(trees, node, to, mask, &mut visit);
            }
        }
    }

    /// The children of a node, ascending by byte.
    fn children(&self, node: u32) -> impl Iterator<Item = u32> + '_ {
        let end = self.nodes[node as usize].end;
        let within = move |at: u32| (at < end).then_some(at);
        std::iter::successors(within(node + 1), move |at| within(self.nodes[*at as usize].end))
    }

    /// The child of a node by this byte.
    pub(super) fn child(&self, node: u32, byte: u8) -> Option<u32> {
        self.children(node).find(|child| self.nodes[*child as usize].byte == byte)
    }

    /// Whether a token goes on from this node with a byte that could begin a name or number.
    pub(super) fn goes_on_with_a_letter(&self, node: u32) -> bool {
        let letter = |byte: u8| byte.is_ascii_alphanumeric() || !byte.is_ascii();
        self.children(node).any(|child| letter(self.nodes[child as usize].byte))
    }

    /// Puts the tokens that end at this node into the mask.
    pub(super) fn allow_at(&self, node: u32, mask: &mut TokenMask) {
        let mut token = self.nodes[node as usize].token;
        while token != NO_TOKEN {
            mask.allow(token);
            token = self.alike[token as usize];
        }
    }
}
