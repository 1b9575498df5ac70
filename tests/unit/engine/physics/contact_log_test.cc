#include "engine/physics/contact_log.h"

#include <doctest/doctest.h>

namespace diorama {
namespace {

const BodyId kA(1), kB(4), kC(2);
const dvec3 kUp(0, 0, 1);

TEST_CASE("Impulses of all substeps become the mean force of the frame") {
  ContactLog log;
  for (int i = 0; i < 4; ++i) log.add(kA, kB, {1, 2, 3}, kUp, {0, 0, 0.5}, -1e-4);
  std::vector<Contact> contacts;
  log.flush(0.1, contacts);
  REQUIRE(contacts.size() == 1);
  CHECK(contacts[0].a == kA);
  CHECK(contacts[0].b == kB);
  CHECK(contacts[0].force_world_n.z == doctest::Approx(20.0));
  CHECK(contacts[0].normal_world.z == doctest::Approx(1.0));
  CHECK(contacts[0].point_world == dvec3(1, 2, 3));
  CHECK(contacts[0].min_gap_m == -1e-4);
}

TEST_CASE("A pair given the other way round is the same pair, with force and normal turned") {
  ContactLog log;
  log.add(kA, kB, {0, 0, 0}, kUp, {0, 0, 1}, 0.0);
  log.add(kB, kA, {0, 0, 0}, -kUp, {0, 0, -1}, 0.0);
  std::vector<Contact> contacts;
  log.flush(1.0, contacts);
  REQUIRE(contacts.size() == 1);
  CHECK(contacts[0].a == kA);
  CHECK(contacts[0].force_world_n.z == doctest::Approx(2.0));
  CHECK(contacts[0].normal_world.z == doctest::Approx(1.0));
}

TEST_CASE("Points and normals are weighted by impulse") {
  ContactLog log;
  log.add(kA, kB, {0, 0, 0}, {1, 0, 0}, {3, 0, 0}, -0.1);
  log.add(kA, kB, {4, 0, 0}, {0, 0, 1}, {0, 0, 1}, -0.2);
  std::vector<Contact> contacts;
  log.flush(1.0, contacts);
  REQUIRE(contacts.size() == 1);
  CHECK(contacts[0].point_world.x == doctest::Approx(1.0));
  CHECK(glm::length(contacts[0].normal_world - glm::normalize(dvec3(3, 0, 1))) < 1e-12);
  CHECK(contacts[0].min_gap_m == -0.2);
}

TEST_CASE(
    "Points inside the margin without impulse are no contact, touching ones without impulse are") {
  ContactLog log;
  log.add(kA, kB, {0, 0, 0}, kUp, {0, 0, 0}, 1e-3);
  log.add(kA, kC, {7, 0, 0}, kUp, {0, 0, 0}, -1e-3);
  std::vector<Contact> contacts;
  log.flush(1.0, contacts);
  REQUIRE(contacts.size() == 1);
  CHECK(contacts[0].b == kC);
  CHECK(contacts[0].point_world.x == 7.0);
  CHECK(contacts[0].normal_world == kUp);
  CHECK(contacts[0].force_world_n == dvec3(0.0));
}

TEST_CASE("Pairs come out sorted, and a flushed log starts anew") {
  ContactLog log;
  log.add(kC, kB, {0, 0, 0}, kUp, {0, 0, 1}, 0.0);
  log.add(kB, kA, {0, 0, 0}, kUp, {0, 0, 1}, 0.0);
  log.add(kC, kA, {0, 0, 0}, kUp, {0, 0, 1}, 0.0);
  std::vector<Contact> contacts;
  log.flush(1.0, contacts);
  REQUIRE(contacts.size() == 3);
  CHECK(contacts[0].b == kC);
  CHECK(contacts[1].b == kB);
  CHECK(contacts[2].a == kC);
  log.flush(1.0, contacts);
  CHECK(contacts.empty());
  log.add(kA, kB, {0, 0, 0}, kUp, {0, 0, 1}, 0.5);
  log.flush(1.0, contacts);
  REQUIRE(contacts.size() == 1);
  CHECK(contacts[0].force_world_n.z == 1.0);
  CHECK(contacts[0].min_gap_m == 0.5);
}

TEST_CASE("Opposite normals that cancel leave the first one") {
  ContactLog log;
  log.add(kA, kB, {0, 0, 0}, {1, 0, 0}, {1, 0, 0}, 0.0);
  log.add(kA, kB, {0, 0, 0}, {-1, 0, 0}, {-1, 0, 0}, 0.0);
  std::vector<Contact> contacts;
  log.flush(1.0, contacts);
  CHECK(contacts[0].normal_world == dvec3(1, 0, 0));
}

}  // namespace
}  // namespace diorama
