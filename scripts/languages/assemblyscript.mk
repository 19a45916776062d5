# Guests in AssemblyScript.

languages: $(languages)/assemblyscript.wasm

# AssemblyScript cannot embed a file, so the object becomes an array in its source.
$(languages)/assemblyscript.wasm: $(in)/guest.ts $(squares) $(rules)
	$(announce)
	mkdir -p $(languages)/assemblyscript
	cp $< $(languages)/assemblyscript/guest.ts
	{ echo 'export const OBJECT: StaticArray<u8> = ['; \
	  od -An -v -t u1 -w1 $(squares) | sed 's/$$/,/'; echo '];'; } >$(languages)/assemblyscript/object.ts
	$(DENO) run --quiet --config scripts/tools.json --allow-read --allow-write --allow-env $(ASSEMBLYSCRIPT)/asc \
	  guest.ts --baseDir $(languages)/assemblyscript --outFile ../assemblyscript.wasm --exportTable --optimize \
	  --runtime stub --use abort=guest/onAbort
