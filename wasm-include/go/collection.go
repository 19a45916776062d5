// SPDX-License-Identifier: MIT

package ebpf

import (
	"fmt"
	"path"
	"unsafe"

	"github.com/wasm-bpf/wasm-bpf/wasm-include/go/internal/cstring"
	"github.com/wasm-bpf/wasm-bpf/wasm-include/go/internal/failure"
	"github.com/wasm-bpf/wasm-bpf/wasm-include/go/internal/imports"
)

// CollectionOptions changes how an object is loaded.
type CollectionOptions struct {
	Maps     MapOptions
	Programs ProgramOptions
	// MapReplacements has maps that are used instead of those with these names. They stay the caller's.
	MapReplacements map[string]*Map
	// Kconfig has lines in the form of the kernel's configuration, "CONFIG_HZ=250", which take the place of the kernel's.
	Kconfig string
}

// Collection is an object in the kernel.
type Collection struct {
	Maps      map[string]*Map
	Programs  map[string]*Program
	Variables map[string]*Variable
}

// object is what the parts of a collection have in common: it is closed when the last of them is.
type object struct {
	handle     int32
	references int
	shared     []*sharedSection
}

func (o *object) release() {
	o.references--
	if o.references == 0 {
		for _, section := range o.shared {
			section.end()
		}
		imports.BpfObject_Close(o.handle)
	}
}

// LoadCollection opens an object and loads it into the kernel. The guest needs --dir for the file.
func LoadCollection(file string) (*Collection, error) {
	spec, err := LoadCollectionSpec(file)
	if err != nil {
		return nil, err
	}
	return NewCollection(spec)
}

// NewCollection loads the object into the kernel.
func NewCollection(spec *CollectionSpec) (*Collection, error) {
	return NewCollectionWithOptions(spec, CollectionOptions{})
}

// NewCollectionWithOptions loads the object into the kernel. The error is a *VerifierError if the verifier refuses a program.
func NewCollectionWithOptions(spec *CollectionSpec, options CollectionOptions) (*Collection, error) {
	handle, err := spec.take(options.Kconfig)
	if err != nil {
		return nil, err
	}
	err = spec.apply(handle, &options)
	if err == nil {
		err = loadError(failure.Check("load the object", imports.BpfObject_Load(handle)))
	}
	if err != nil {
		imports.BpfObject_Close(handle)
		return nil, err
	}
	collection := spec.collect(&object{handle: handle})
	for name, one := range collection.Maps {
		if err := one.putContents(spec.Maps[name]); err != nil {
			collection.Close()
			return nil, err
		}
	}
	return collection, nil
}

func (s *CollectionSpec) apply(handle int32, options *CollectionOptions) error {
	for _, part := range mapsOf(handle) {
		if err := s.applyMap(part, options); err != nil {
			return err
		}
	}
	for _, part := range programsOf(handle) {
		spec := s.Programs[nameOfProgram(part)]
		if spec == nil {
			spec = &ProgramSpec{Name: nameOfProgram(part)} // not loaded
		}
		if err := spec.apply(part, options.Programs); err != nil {
			return err
		}
	}
	return nil
}

func (s *CollectionSpec) applyMap(part int32, options *CollectionOptions) error {
	name := nameOfMap(part)
	if replacement := options.MapReplacements[name]; replacement != nil {
		return failure.Checkf(imports.BpfMap_ReuseFd(part, replacement.fd), "replace map %q", name)
	}
	spec := s.Maps[name]
	if spec == nil {
		return failure.Checkf(imports.BpfMap_SetAutocreate(part, 0), "leave out map %q", name)
	}
	if err := spec.apply(part); err != nil {
		return err
	}
	return spec.applyPin(part, options.Maps.PinPath)
}

func (s *MapSpec) applyPin(part int32, directory string) error {
	if s.Pinning == s.original.Pinning && (s.Pinning == PinNone || directory == "") {
		return nil
	}
	var pin unsafe.Pointer
	if s.Pinning == PinByName {
		if directory == "" {
			return failure.Of(failure.EINVAL, "MapOptions.PinPath is not set", "pin map %q", s.Name)
		}
		pin = cstring.Of(path.Join(directory, s.Name))
	}
	return failure.Checkf(imports.BpfMap_SetPinPath(part, pin), "pin map %q", s.Name)
}

// collect makes the Go values of a loaded object's parts.
func (s *CollectionSpec) collect(owner *object) *Collection {
	c := &Collection{Maps: map[string]*Map{}, Programs: map[string]*Program{}, Variables: map[string]*Variable{}}
	for _, part := range mapsOf(owner.handle) {
		if loaded := newMapOfObject(part, owner); loaded != nil {
			c.Maps[loaded.name] = loaded
		}
	}
	for _, part := range programsOf(owner.handle) {
		if loaded := newProgramOfObject(part, owner); loaded != nil {
			c.Programs[loaded.name] = loaded
		}
	}
	sections := map[string]*sharedSection{}
	for name, spec := range s.Variables {
		loaded := c.Maps[spec.section.Name]
		if loaded == nil {
			continue
		}
		if sections[loaded.name] == nil {
			sections[loaded.name] = &sharedSection{target: loaded}
			owner.shared = append(owner.shared, sections[loaded.name])
		}
		c.Variables[name] = &Variable{name: name, section: sections[loaded.name], offset: spec.offset, size: spec.size}
	}
	return c
}

// Close closes the maps and programs. Links keep their programs until they are closed themselves.
func (c *Collection) Close() {
	for _, one := range c.Maps {
		one.Close()
	}
	for _, one := range c.Programs {
		one.Close()
	}
}

// DetachMap takes a map out of the collection, so that Close does not close it. It returns nil for an unknown name.
func (c *Collection) DetachMap(name string) *Map {
	found := c.Maps[name]
	delete(c.Maps, name)
	return found
}

// DetachProgram takes a program out of the collection, so that Close does not close it. It returns nil for an unknown name.
func (c *Collection) DetachProgram(name string) *Program {
	found := c.Programs[name]
	delete(c.Programs, name)
	return found
}

func missing(kind, name string) error {
	return fmt.Errorf("Cannot find %s %q: %w", kind, name, ErrNotExist)
}
