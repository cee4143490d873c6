#include "emulator/storage/tree.h"

#include <utility>

namespace stuntcam::emulator {

Object* Tree::find(u32 handle) {
  const auto found = nodes_.find(handle);
  return found == nodes_.end() ? nullptr : &found->second.object;
}
const Object* Tree::find(u32 handle) const {
  const auto found = nodes_.find(handle);
  return found == nodes_.end() ? nullptr : &found->second.object;
}

const Tree::Node* Tree::first_child(u32 parent) const { return (parent == 0 ? root_ : nodes_.at(parent)).first; }

void Tree::link(Node& node, u32 parent) {
  Node& above = parent == 0 ? root_ : nodes_.at(parent);
  node.object.parent = parent;
  node.parent = &above;
  node.next = nullptr;
  node.previous = std::exchange(above.last, &node);
  (node.previous == nullptr ? above.first : node.previous->next) = &node;
}

void Tree::unlink(Node& node) {
  (node.previous == nullptr ? node.parent->first : node.previous->next) = node.next;
  (node.next == nullptr ? node.parent->last : node.next->previous) = node.previous;
}

Object& Tree::insert(Object object) {
  const u32 handle = object.handle, parent = object.parent;
  bytes_ += object.size;
  Node& node = nodes_[handle];
  node.object = std::move(object);
  link(node, parent);
  return node.object;
}

void Tree::erase(u32 handle) {
  const auto found = nodes_.find(handle);
  bytes_ -= found->second.object.size;
  unlink(found->second);
  nodes_.erase(found);
}

void Tree::move(u32 handle, u32 parent) {
  Node& node = nodes_.at(handle);
  unlink(node);
  link(node, parent);
}

void Tree::resize(Object& object, u64 size) {
  bytes_ += size - object.size;
  object.size = size;
}

void Tree::clear() {
  nodes_.clear();
  root_ = {};
  bytes_ = 0;
}

bool Tree::empty(u32 parent) const { return first_child(parent) == nullptr; }

const Object* Tree::child(u32 parent, std::string_view name) const {
  for (const Node* node = first_child(parent); node != nullptr; node = node->next)
    if (node->object.name == name) return &node->object;
  return nullptr;
}

std::vector<u32> Tree::walk(u32 parent) const {
  std::vector<u32> handles;
  const Node& top = parent == 0 ? root_ : nodes_.at(parent);
  const Node* node = top.first;
  while (node != nullptr) {
    handles.push_back(node->object.handle);
    if (node->first != nullptr) {
      node = node->first;
      continue;
    }
    while (node != &top && node->next == nullptr) node = node->parent;
    if (node == &top) break;
    node = node->next;
  }
  return handles;
}

bool Tree::inside(u32 handle, u32 of) const {
  for (const Node* node = &nodes_.at(handle); node != nullptr; node = node->parent)
    if (node->object.handle == of) return true;
  return false;
}

}  // namespace stuntcam::emulator
