// The objects of one store, as a tree by handle.
#pragma once

#include <string_view>
#include <unordered_map>
#include <vector>

#include "emulator/storage/object.h"

namespace stuntcam::emulator {

class Tree {
 public:
  Tree() = default;
  Tree(const Tree&) = delete;
  Tree& operator=(const Tree&) = delete;

  Object* find(u32 handle);
  const Object* find(u32 handle) const;
  std::size_t size() const { return nodes_.size(); }
  u64 bytes() const { return bytes_; }  // of all objects
  // Behind its siblings. Its handle is new, its parent (0: the root) an association that is here.
  Object& insert(Object);
  void erase(u32 handle);  // has no children
  void move(u32 handle, u32 parent);
  void resize(Object&, u64 size);  // keeps bytes() right
  void clear();
  void reserve(std::size_t objects) { nodes_.reserve(objects); }

  bool empty(u32 parent) const;
  // The child of that name; null: none. Looks at all of them.
  const Object* child(u32 parent, std::string_view name) const;
  // Calls visit(const Object&) for the children of `parent` (0: the root) in their order.
  template <class Visit>
  void each_child(u32 parent, Visit visit) const {
    for (const Node* node = first_child(parent); node != nullptr; node = node->next) visit(node->object);
  }
  // All below `parent` in the order of a directory walk.
  std::vector<u32> walk(u32 parent) const;
  // Is `handle` that object or inside it?
  bool inside(u32 handle, u32 of) const;

 private:
  // Siblings are linked, so that neither the first of 100,000 nor the last is dear to take out.
  struct Node {
    Object object;
    Node *parent = nullptr, *first = nullptr, *last = nullptr, *previous = nullptr, *next = nullptr;
  };
  const Node* first_child(u32 parent) const;
  void link(Node&, u32 parent);
  void unlink(Node&);
  std::unordered_map<u32, Node> nodes_;
  Node root_;
  u64 bytes_ = 0;
};

}  // namespace stuntcam::emulator
