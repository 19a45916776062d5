// SPDX-License-Identifier: MIT

package ebpf

import (
	"fmt"
	"reflect"
	"slices"
)

// field is a field of a struct with a tag `ebpf:"name"`.
type field struct {
	name  string
	value reflect.Value
}

// fieldsOf returns the tagged fields of the struct to which the pointer points, also those of structs in it.
func fieldsOf(to any) ([]field, error) {
	value := reflect.ValueOf(to)
	if value.Kind() != reflect.Pointer || value.IsNil() || value.Elem().Kind() != reflect.Struct {
		return nil, fmt.Errorf("Cannot assign to %T: it is not a pointer to a struct", to)
	}
	return appendFields(nil, value.Elem())
}

func appendFields(fields []field, structure reflect.Value) ([]field, error) {
	var err error
	for index := range structure.NumField() {
		declared, value := structure.Type().Field(index), structure.Field(index)
		if name, isTagged := declared.Tag.Lookup("ebpf"); isTagged {
			if !value.CanSet() {
				return nil, fmt.Errorf("Cannot assign %q: field %s is not exported", name, declared.Name)
			}
			fields = append(fields, field{name, value})
			continue
		}
		if value.Kind() == reflect.Pointer && !value.IsNil() && value.Elem().Kind() == reflect.Struct && declared.Anonymous {
			value = value.Elem()
		}
		if value.Kind() == reflect.Struct {
			if fields, err = appendFields(fields, value); err != nil {
				return nil, err
			}
		}
	}
	return fields, nil
}

// Assign sets the fields of a struct to the specs that their tags name:
//
//	var specs struct {
//		OnOpen *ebpf.ProgramSpec  `ebpf:"on_open"`
//		Counts *ebpf.MapSpec      `ebpf:"counts"`
//		Limit  *ebpf.VariableSpec `ebpf:"limit"`
//	}
func (s *CollectionSpec) Assign(to any) error {
	return assign(to, func(name string, kind reflect.Type) (any, error) {
		switch kind {
		case reflect.TypeFor[*MapSpec]():
			return found(s.Maps, "map", name)
		case reflect.TypeFor[*ProgramSpec]():
			return found(s.Programs, "program", name)
		case reflect.TypeFor[*VariableSpec]():
			return found(s.Variables, "variable", name)
		}
		return nil, fmt.Errorf("Cannot assign %q: a field of type %s cannot have it", name, kind)
	})
}

// LoadAndAssign loads the object into the kernel, with only those programs that a field names, and sets the fields. A program whose
// Autoload is false, because its section begins with "?" or because you set it, is not loaded: its field is nil.
//
//	var objects struct {
//		OnOpen *ebpf.Program  `ebpf:"on_open"`
//		Counts *ebpf.Map      `ebpf:"counts"`
//		Calls  *ebpf.Variable `ebpf:"calls"`
//	}
//	err := spec.LoadAndAssign(&objects, nil)
//
// The object stays in the kernel until each of its maps and programs in the struct is closed; with variables alone, until the guest ends.
// options may be nil.
func (s *CollectionSpec) LoadAndAssign(to any, options *CollectionOptions) error {
	if options == nil {
		options = &CollectionOptions{}
	}
	fields, err := fieldsOf(to)
	if err != nil {
		return err
	}
	used := &CollectionSpec{
		object: s.object, opened: s.opened, Maps: s.Maps, Variables: s.Variables, Programs: map[string]*ProgramSpec{},
	}
	for _, field := range fields {
		if field.value.Type() != reflect.TypeFor[*Program]() {
			continue
		}
		program := s.Programs[field.name]
		if program == nil {
			return missing("program", field.name)
		}
		used.Programs[field.name] = program
	}
	collection, err := NewCollectionWithOptions(used, *options)
	if err != nil {
		return err
	}
	defer collection.Close()
	if !hasOwners(fields) {
		for _, one := range collection.Maps {
			one.owner.references++
			break
		}
	}
	return collection.Assign(to)
}

// hasOwners is true if a field is a map or a program, which the caller closes.
func hasOwners(fields []field) bool {
	return slices.ContainsFunc(fields, func(one field) bool { return one.value.Type() != reflect.TypeFor[*Variable]() })
}

// Assign sets the fields of a struct, as LoadAndAssign does; to nil for programs that were not loaded. Maps and programs in it are the struct's: Close does not close them.
func (c *Collection) Assign(to any) error {
	err := assign(to, func(name string, kind reflect.Type) (any, error) {
		switch kind {
		case reflect.TypeFor[*Map]():
			return found(c.Maps, "map", name)
		case reflect.TypeFor[*Program]():
			return c.Programs[name], nil
		case reflect.TypeFor[*Variable]():
			return found(c.Variables, "variable", name)
		}
		return nil, fmt.Errorf("Cannot assign %q: a field of type %s cannot have it", name, kind)
	})
	if err != nil {
		return err
	}
	fields, err := fieldsOf(to)
	for _, field := range fields {
		switch field.value.Type() {
		case reflect.TypeFor[*Map]():
			delete(c.Maps, field.name)
		case reflect.TypeFor[*Program]():
			delete(c.Programs, field.name)
		}
	}
	return err
}

func found[T any](parts map[string]*T, kind, name string) (*T, error) {
	part := parts[name]
	if part == nil {
		return nil, missing(kind, name)
	}
	return part, nil
}

// assign finds all values before it sets the first.
func assign(to any, find func(name string, kind reflect.Type) (any, error)) error {
	fields, err := fieldsOf(to)
	if err != nil {
		return err
	}
	values := make([]any, len(fields))
	for index, field := range fields {
		if values[index], err = find(field.name, field.value.Type()); err != nil {
			return err
		}
	}
	for index, field := range fields {
		field.value.Set(reflect.ValueOf(values[index]))
	}
	return nil
}
